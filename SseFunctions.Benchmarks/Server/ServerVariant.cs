namespace SseFunctions.Benchmarks.Server;

/// <summary>The servers that a child process can run.</summary>
internal enum ServerVariant
{
    /// <summary>LocalHost with the app's functions.</summary>
    LocalHost,

    /// <summary>Test sequences, streamed by <see cref="Streaming.EventStreams"/>.</summary>
    Streams,

    /// <summary>The same test sequences, written to the response by hand.</summary>
    ByHand,

    /// <summary>A hand-written broadcaster: one bounded queue per subscriber.</summary>
    Queue,

    /// <summary>A hand-written broadcaster: one ring that all subscribers read, and one writing loop per
    /// core.</summary>
    Ring,
}
