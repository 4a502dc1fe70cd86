using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Streaming;

/// <summary>How every stream behaves. Section <c>Streaming</c>; durations are written <c>hh:mm:ss</c>, and 0 turns a
/// rule off.</summary>
public sealed class StreamingOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Streaming";

    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromSeconds(220);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStream = TimeSpan.FromDays(7);

    /// <summary>A comment is sent after this much silence. Default 15 s (WHATWG HTML 9.2.7), at most 220 s: Azure's
    /// load balancer drops a connection that is silent for 230 s. On Linux a stream is also ended when its client's
    /// network has not answered for three times as long. 0: neither.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The shortest time that a client waits before it reconnects. Each stream gets a random time, sent when
    /// it opens: between this and twice this, or, with more than 1,000 open streams for each second of this, up to this
    /// plus 1 s for each 1,000 open streams. So clients that lose their streams together do not all come back together.
    /// Default 2 s, at most 1 h. 0: not sent, so that the browser's own default holds.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A stream is ended after 80 to 100 % of this, drawn for each anew, so that clients do not all come back
    /// at once. Default 9 min, at most 7 days: at the functionTimeout of host.json, 10 min, which every plan allows,
    /// the platform would end the whole worker process with all its streams; keep this below it. 0: never.</summary>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromMinutes(9);

    /// <summary>A client that takes nothing for this time, although something waits for it, is cut off; it can resume by
    /// its last id. A client that reads slowly is not cut off: on Linux every byte that its kernel acknowledges counts;
    /// elsewhere, and with HTTP/2, a write of 32 KB at most has to be taken in this time. A proxy that buffers takes
    /// megabytes at a time: behind the Functions host a client needs 1.5 MB in this time, 25 KB/s by default. Default
    /// 1 min, at most 1 h. 0: never.</summary>
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
