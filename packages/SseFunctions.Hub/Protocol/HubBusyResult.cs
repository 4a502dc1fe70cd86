using Microsoft.AspNetCore.Http;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Protocol;

/// <summary>Tells a subscriber that cannot be served now to come again later.</summary>
internal sealed class HubBusyResult : IResult
{
    private readonly RetryLaterResult _result;

    private HubBusyResult(string name, string reason, TimeSpan shortestWait) =>
        (Name, _result) = (name, new RetryLaterResult(reason, shortestWait));

    /// <summary>There is no room for the subscriber.</summary>
    public static HubBusyResult Full { get; } =
        new("full", "no room for another subscriber", TimeSpan.FromSeconds(10));

    /// <summary>The log cannot say which updates the subscriber has missed. No header tells where the stream begins,
    /// because the stream does not begin.</summary>
    public static HubBusyResult Unavailable { get; } =
        new("log_unavailable", "what you have missed cannot be found out just now", TimeSpan.FromSeconds(2));

    /// <summary>The subscriber's token cannot be verified, because the keys could not be fetched yet.</summary>
    public static HubBusyResult NoKeys { get; } =
        new("keys_unavailable", "tokens cannot be verified just now", TimeSpan.FromSeconds(5));

    /// <summary>The reason, as metrics name it.</summary>
    internal string Name { get; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => _result.ExecuteAsync(httpContext);
}
