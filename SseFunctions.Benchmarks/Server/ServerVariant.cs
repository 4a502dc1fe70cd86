namespace SseFunctions.Benchmarks.Server;

/// <summary>Which server a child process is.</summary>
internal enum ServerVariant
{
    /// <summary>The functions in the local host, as they are.</summary>
    LocalHost,

    /// <summary>Test sequences, streamed by <see cref="Streaming.EventStreams"/>.</summary>
    Streams,

    /// <summary>The same, written to the response by hand.</summary>
    ByHand,

    /// <summary>A broadcaster written by hand: a bounded queue a subscriber.</summary>
    Queue,

    /// <summary>A broadcaster written by hand: one ring that all subscribers read, and a loop a core that
    /// writes.</summary>
    Ring,
}
