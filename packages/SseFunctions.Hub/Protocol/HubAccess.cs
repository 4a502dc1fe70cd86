using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub.Protocol;

/// <summary>Decides who may publish and who may subscribe. A client that is refused is not told why; the log has the
/// reason.</summary>
/// <remarks>This is a hosted service so that problems with the keys are logged when the host starts, and not at the
/// first request.</remarks>
internal sealed partial class HubAccess : IHostedService, IDisposable
{
    private const string PublisherSection = $"{HubOptions.Section}:{nameof(HubOptions.Publisher)}";
    private const string SubscriberSection = $"{HubOptions.Section}:{nameof(HubOptions.Subscriber)}";

    private const string NoToken = "there is no token";
    private const string NoTokenAndNotAnonymous =
        $"{NoToken}, and {HubOptions.Section}:{nameof(HubOptions.Anonymous)} is off";

    // Enough to find the reason of one refusal. A client that sends thousands of bad requests does not fill the log.
    private const int RefusalsLoggedPerSecond = 20;

    // Anonymous subscribers have no rights of their own.
    private static readonly TokenClaims NoClaims = new();

    private readonly HubOptions _options;
    private readonly TokenValidator _publishers;
    private readonly TokenValidator _subscribers;
    private readonly HubMetrics _metrics;
    private readonly LogBudget _budget;
    private readonly ILogger _logger;

    /// <summary>Made by the services, once a process.</summary>
    public HubAccess(
        IOptions<HubOptions> options,
        TimeProvider time,
        HubMetrics metrics,
        ILogger<HubAccess> logger,
        ILogger<TokenValidator> tokenLogger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _metrics = metrics;
        _budget = new LogBudget(time, RefusalsLoggedPerSecond);
        _logger = logger;
        var publisher = new RoleKeys(PublisherSection, _options.Publisher);
        var subscriber = _options.Subscriber.IsSet ? new RoleKeys(SubscriberSection, _options.Subscriber) : null;
        _publishers = new TokenValidator(publisher, subscriber, time, tokenLogger);
        _subscribers = subscriber is null
            ? _publishers
            : new TokenValidator(subscriber, publisher, time, tokenLogger);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_publishers.HasKeys) LogPublishingIsOff(PublisherSection);
        // Not awaited: keys may have to be fetched, and the host starts without them.
        _ = WarmUpAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets a publisher in.</summary>
    /// <param name="token">The token in the request; null if there is none.</param>
    /// <param name="isFromAllowedOrigin">Whether the request comes from a page that may publish, which matters where
    /// the browser added the token by itself.</param>
    /// <param name="cancellationToken">Ends the waiting for keys.</param>
    internal async ValueTask<Access> ToPublishAsync(
        PresentedToken? token, bool isFromAllowedOrigin, CancellationToken cancellationToken)
    {
        if (!_publishers.HasKeys)
        {
            const string off = $"Publishing is off: no {PublisherSection}:Key is set.";
            return Refuse("publish", HubProblem.Forbidden, off, "no key is set");
        }
        var access = await AdmitAsync("publish", _publishers, token, NoToken, cancellationToken);
        return access.Refusal is null && token is { Source: TokenSource.Cookie } && !isFromAllowedOrigin
            ? Refuse(
                "publish",
                HubProblem.Forbidden,
                "This page may not publish with the cookie: its origin is not allowed.",
                "the token came in a cookie, and the page's origin is neither the hub's own, as the request names it, "
                    + $"nor in {HubOptions.Section}:{nameof(HubOptions.PublishOrigins)}")
            : access;
    }

    /// <summary>Lets a subscriber in. A subscriber without a token gets no claims, if the hub allows anonymous ones.
    /// </summary>
    internal ValueTask<Access> ToSubscribeAsync(PresentedToken? token, CancellationToken cancellationToken) =>
        token is null && _options.Anonymous
            ? ValueTask.FromResult(new Access(NoClaims, null))
            : AdmitAsync("subscribe", _subscribers, token, NoTokenAndNotAnonymous, cancellationToken);

    /// <summary>The answer to a client that lacks a right, which is counted and logged with the reason.</summary>
    internal HubProblemResult Forbid(string what, string title, string reason) =>
        Refuse(what, new HubProblem(HubProblem.Forbidden, title), reason);

    /// <summary>The answer to a bad request, which is counted and logged, because many publishers show it to nobody.
    /// </summary>
    internal HubProblemResult Refuse(string what, HubProblem problem) => Refuse(what, problem, problem.Title);

    /// <inheritdoc/>
    public void Dispose()
    {
        _publishers.Dispose();
        _subscribers.Dispose();
    }

    // Compiles the code that validates tokens, so that the first request does not wait for it.
    private async Task WarmUpAsync()
    {
        await _publishers.WarmUpAsync();
        if (_subscribers != _publishers) await _subscribers.WarmUpAsync();
    }

    // The texts are for the log alone: what the request asks for, and why it is refused without a token.
    private async ValueTask<Access> AdmitAsync(
        string what,
        TokenValidator validator,
        PresentedToken? token,
        string whyNotWithoutToken,
        CancellationToken cancellationToken)
    {
        if (token is null) return Refuse(what, HubProblem.Unauthorized, "Send a token.", whyNotWithoutToken);
        var result = await validator.ValidateAsync(token, cancellationToken);
        if (result.IsValid) return new Access(result.Claims, null);
        var (status, title) = result.KeysUnavailable
            ? (HubProblem.Unavailable, "Tokens cannot be verified just now: try again.")
            : (HubProblem.Unauthorized, "Send a valid token. The hub's log says why this one is not.");
        return Refuse(what, status, title, $"the token ({token.Source}) was refused: {result.Reason}");
    }

    private Access Refuse(string what, int status, string title, string reason) =>
        new(NoClaims, Refuse(what, new HubProblem(status, title), reason));

    /// <summary>The same, with another reason in the log than in the answer.</summary>
    internal HubProblemResult Refuse(string what, HubProblem problem, string reason)
    {
        _metrics.Refused(problem.Status);
        if (_budget.TryTake(out var leftOut))
        {
            if (leftOut > 0) LogLeftOut(leftOut);
            LogRefused(problem.Status, what, reason);
        }
        return new HubProblemResult(problem);
    }

    [LoggerMessage(1, LogLevel.Warning, "Answered {Status} to a request to {What}: {Reason}")]
    private partial void LogRefused(int status, string what, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Count} more refused requests are not in the log: there were too many")]
    private partial void LogLeftOut(int count);

    [LoggerMessage(2, LogLevel.Warning,
        "Nobody can publish over HTTP: set {Section}:Key or {Section}:JwksUri. The app's own code can")]
    private partial void LogPublishingIsOff(string section);

    /// <summary>Whether a client is let in.</summary>
    /// <param name="Claims">What its token says, if it is let in.</param>
    /// <param name="Refusal">The answer, if it is not let in.</param>
    internal readonly record struct Access(TokenClaims Claims, HubProblemResult? Refusal);
}
