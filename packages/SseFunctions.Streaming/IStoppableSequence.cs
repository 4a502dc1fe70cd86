namespace SseFunctions.Streaming;

/// <summary>A sequence that is stopped by <see cref="Stop"/> instead of a token. Its enumerator gets no token. With
/// very many streams that saves a token source and a registration for each stream.</summary>
internal interface IStoppableSequence : IAsyncEnumerable<ServerSentEvent>
{
    /// <summary>Sets the client that the sequence may borrow. Set once, before the sequence is enumerated.</summary>
    ILentClient? Client { set; }

    /// <summary>Makes a pending MoveNextAsync, and each later one that would have to wait, return false. Any thread may
    /// call this.</summary>
    void Stop();
}
