namespace SseFunctions.Streaming;

/// <summary>A stream's client, lent to the stream's sequence while the stream waits for the next event. A sequence that
/// has events at such a moment writes them on its own thread, which costs a fraction of waking the stream.</summary>
internal interface ILentClient
{
    /// <summary>Takes the client, if the stream waits for the sequence and has not ended. Any thread may call
    /// it.</summary>
    bool TryBorrow();

    /// <summary>Writes an event; it leaves when the client is returned. For the borrower.</summary>
    void Write(ServerSentEvent next);

    /// <summary>Sends what was written and returns the client. If the client does not take it at once, the stream waits
    /// for that. For the borrower.</summary>
    void Return();

    /// <summary>Returns the client after writing has failed: the stream ends with the exception. For the borrower.
    /// </summary>
    void Fail(Exception exception);
}
