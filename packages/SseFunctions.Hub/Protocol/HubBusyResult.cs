using Microsoft.AspNetCore.Http;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers a subscriber that cannot be served now: tells the client to reconnect later, with a stream that
/// ends immediately.</summary>
internal sealed class HubBusyResult : IResult
{
    private readonly RetryLaterResult _result;

    private HubBusyResult(string name, string reason, TimeSpan shortestWait) =>
        (Name, _result) = (name, new RetryLaterResult(reason, shortestWait));

    /// <summary>The answer when <see cref="HubOptions.MaxSubscribers"/> or
    /// <see cref="HubOptions.MaxSubscribersPerClient"/> is reached.</summary>
    public static HubBusyResult Full { get; } =
        new("full", "no room for another subscriber", TimeSpan.FromSeconds(10));

    /// <summary>The answer when the shared log cannot be read, so that it is unknown which updates the client has
    /// missed. It has no header Last-Event-ID, because the stream does not start.</summary>
    public static HubBusyResult Unavailable { get; } =
        new("log_unavailable", "missed updates cannot be looked up just now", TimeSpan.FromSeconds(2));

    /// <summary>The answer when the keys that verify the client's token have not been fetched yet.</summary>
    public static HubBusyResult NoKeys { get; } =
        new("keys_unavailable", "tokens cannot be verified just now", TimeSpan.FromSeconds(5));

    /// <summary>The reason in the metric <c>hub.turned_away</c>.</summary>
    internal string Name { get; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => _result.ExecuteAsync(httpContext);
}
