using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Streaming;

/// <summary>The settings of all streams, section <c>Streaming</c>. Durations are written <c>hh:mm:ss</c>; 0 turns a
/// setting off.</summary>
public sealed class StreamingOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Streaming";

    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromSeconds(220);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStream = TimeSpan.FromDays(7);

    /// <summary>Gets or sets the silence after which a heartbeat (a comment line) is sent. Default 15 s (WHATWG HTML
    /// 9.2.7). At most 220 s: Azure's load balancer drops a connection that is silent for 230 s. On Linux a stream also
    /// ends when its client's network does not answer three heartbeats in a row. 0: no heartbeats, and no end for that
    /// reason.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets the shortest time that a client waits before it reconnects. Each stream sends its client a
    /// random time when it opens: between this value and twice this value. With more than 1,000 open streams per second
    /// of this value, the random time is up to this value plus 1 s per 1,000 open streams. So clients that lose their
    /// streams together do not all reconnect together. Default 2 s, at most 1 h. 0: no time is sent, and the browser's
    /// default applies.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets the longest duration of a stream. Each stream ends after a random 80 to 100 % of this
    /// value, so that clients do not all reconnect together. Default 9 min, at most 7 days. Keep this value below the
    /// functionTimeout of host.json (10 min, which every plan allows): at that timeout the platform ends the whole
    /// worker process with all its streams. 0: no limit.</summary>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromMinutes(9);

    /// <summary>Gets or sets the time after which the connection of a client that takes nothing, although a write is
    /// blocked, is aborted. The client can resume after its last event id. A client that reads slowly keeps its
    /// connection: on Linux each byte that its kernel acknowledges counts as progress; on other systems, and with
    /// HTTP/2, the client must take a whole write (at most 64 KB) in this time. A proxy that buffers takes megabytes at
    /// a time: behind the Functions host a client must take 1.5 MB in this time, which is 25 KB/s by default. Default 1
    /// min, at most 1 h. 0: no limit.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems() =>
    [
        .. Settings.OutOfRange($"{Section}:{nameof(Heartbeat)}", Heartbeat, LongestHeartbeat),
        .. Settings.OutOfRange($"{Section}:{nameof(Retry)}", Retry, LongestWait),
        .. Settings.OutOfRange($"{Section}:{nameof(MaxDuration)}", MaxDuration, LongestStream),
        .. Settings.OutOfRange($"{Section}:{nameof(WriteTimeout)}", WriteTimeout, LongestWait),
    ];
}
