namespace SseFunctions.Streaming;

/// <summary>A sequence throws it when its client was so slow that the next event is no longer to be had. The stream
/// then ends as others do, and not as a failure: the client comes back, and is told what it can still have.</summary>
/// <param name="innerException">How the sequence found out; null if there is nothing to tell.</param>
internal sealed class FellBehindException(Exception? innerException = null)
    : Exception("The events that would come next are no longer held.", innerException);
