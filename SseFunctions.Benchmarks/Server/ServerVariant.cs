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
}
