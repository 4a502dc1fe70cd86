namespace SseFunctions.Hub;

/// <summary>The hub cannot reach the store that holds its updates, or the store refuses the request. Try again later.
/// A publisher that gives each update an id of its own can repeat a publication safely: an update that was stored
/// after all is not stored twice.</summary>
public sealed class HubUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot be reached, or refuses.</param>
    /// <param name="innerException">What the store's client threw; null if nothing.</param>
    public HubUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
