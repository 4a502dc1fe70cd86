namespace SseFunctions.Streaming;

/// <summary>A sequence throws this when its client was so slow that the next event is no longer available. The stream
/// then ends cleanly with <see cref="StreamEnd.FellBehind"/>, not as a failure. The client reconnects, and is told
/// which events it can still get.</summary>
/// <param name="innerException">The exception from which the sequence found out; null if there is none.</param>
internal sealed class FellBehindException(Exception? innerException = null)
    : Exception("The client was too slow: its next events are no longer available.", innerException);
