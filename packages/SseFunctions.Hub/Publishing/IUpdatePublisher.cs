namespace SseFunctions.Hub;

/// <summary>Publishes updates from the app's own code, such as a queue trigger, a timer or any other function. It needs
/// neither a token nor an HTTP request. Thread-safe.</summary>
public interface IUpdatePublisher
{
    /// <summary>Publishes an update. When the task completes, the update is in the log, from which every subscriber of
    /// one of its topics receives it; a private update needs a right to one of the topics too. If the last update with
    /// the same id has the same contents, the update is not delivered again.</summary>
    /// <returns>The event id of the update.</returns>
    /// <exception cref="ArgumentException">The update breaks a rule or exceeds a limit. The message says what to
    /// change.</exception>
    /// <exception cref="HubUnavailableException">The shared log cannot be reached, or refuses the update. Try
    /// again.</exception>
    Task<string> PublishAsync(Update update, CancellationToken cancellationToken = default);
}
