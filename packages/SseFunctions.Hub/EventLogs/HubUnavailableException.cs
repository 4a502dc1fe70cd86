namespace SseFunctions.Hub;

/// <summary>The hub cannot reach the shared log, or the shared log refuses the request. Try again later. The update may
/// have been stored all the same. A publisher that sets <see cref="Update.Id"/> can repeat the publication safely: an
/// update that equals the last one with its id is not stored again.</summary>
public sealed class HubUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Says which store failed, and how.</param>
    /// <param name="innerException">The exception of the store's client; null if there is none.</param>
    public HubUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
