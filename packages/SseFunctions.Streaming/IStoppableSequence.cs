namespace SseFunctions.Streaming;

/// <summary>A sequence that is stopped by a call and not by a token, of which it gets none: that spares a source of
/// tokens and a registration for each of very many streams.</summary>
internal interface IStoppableSequence : IAsyncEnumerable<ServerSentEvent>
{
    /// <summary>The client to write to while the stream waits for the sequence. Set once, before the sequence is
    /// enumerated.</summary>
    ILentClient? Client { set; }

    /// <summary>Makes a MoveNextAsync that waits, or would wait, answer false. Any thread may call it.</summary>
    void Stop();
}
