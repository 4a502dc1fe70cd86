namespace SseFunctions.Hub;

/// <summary>The log cannot be reached, or takes nothing just now. Whoever publishes may try again later; with an id of
/// his own, an update that was taken after all is not doubled.</summary>
public sealed class LogUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
