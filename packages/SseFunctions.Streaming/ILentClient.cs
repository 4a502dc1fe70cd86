namespace SseFunctions.Streaming;

/// <summary>The client of a stream, which the stream's sequence may borrow while the stream's loop waits for the next
/// event. The sequence then writes events on its own thread, which costs a fraction of waking the loop.</summary>
/// <remarks>A borrower calls <see cref="TryBorrow"/>; if that returns true, <see cref="Write"/> any number of times;
/// then either <see cref="Return"/> or <see cref="Fail"/>, once. There is one borrower at a time.</remarks>
internal interface ILentClient
{
    /// <summary>Borrows the client. Any thread may call this.</summary>
    /// <returns>False if the loop does not wait for the sequence, if the client is borrowed, or if the stream has
    /// ended.</returns>
    bool TryBorrow();

    /// <summary>Writes an event. It is sent when the client is returned. Only for the borrower.</summary>
    void Write(ServerSentEvent next);

    /// <summary>Sends the events that were written, and returns the client. Does not wait for a slow client: the loop
    /// does. Only for the borrower.</summary>
    void Return();

    /// <summary>Returns the client after a write has failed: the stream ends with the exception. Only for the
    /// borrower.</summary>
    void Fail(Exception exception);
}
