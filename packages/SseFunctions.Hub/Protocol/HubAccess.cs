using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub.Protocol;

/// <summary>Decides whether an HTTP request may publish or subscribe: validates the token of the request, and returns
/// either the claims of the token or the answer that refuses the request. Counts each refusal, and logs it with its
/// reason. Thread-safe; a process has one object.</summary>
/// <remarks><para>This class does not compare topics. Its callers, which are the hub's endpoints and
/// <see cref="RequestAuthorization"/>, compare the topics of the request with the rights in the claims, and call
/// <see cref="Forbid"/> if a right is missing. The endpoints also refuse bad requests through
/// <see cref="Refuse(string, HubProblem)"/>, so that these refusals are counted and logged too. The app's own code
/// publishes through <see cref="IUpdatePublisher"/>, which needs no token and does not use this class.</para>
/// <para>A client is not told why its token was refused, because the reason would help an attacker who tries tokens.
/// The log has the reason, but never the token.</para>
/// <para>This class is a hosted service so that the host logs at its start, and not at the first request, that keys are
/// missing, weak or cannot be fetched.</para></remarks>
internal sealed partial class HubAccess : IHostedService, IDisposable
{
    private const string Publish = "publish";
    private const string Subscribe = "subscribe";
    private const string NoToken = "there is no token";
    private const string NoTokenAndNotAnonymous =
        $"{NoToken}, and {HubOptions.Section}:{nameof(HubOptions.Anonymous)} is off";
    private const string ForeignOrigin =
        "the token came in a cookie, and the page's origin is neither the hub's own, as the request names it, "
        + $"nor in {HubOptions.Section}:{nameof(HubOptions.PublishOrigins)}";

    // A client that sends thousands of bad requests must not fill the log. The first refusals of a second are enough to
    // see the reason.
    private const int RefusalsLoggedPerSecond = 20;

    // The claims of refused requests, and of anonymous subscribers: they give no rights. An anonymous subscriber
    // receives public updates only.
    private static readonly TokenClaims NoClaims = new();

    private readonly HubOptions _options;
    private readonly HubTokenValidators _validators;
    private readonly TokenProblems _problems;
    private readonly HubMetrics _metrics;
    private readonly LogBudget _budget;
    private readonly ILogger _logger;

    /// <summary>Creates the validators of tokens, and logs a warning for each weak key.</summary>
    /// <param name="options">The keys, and whether anonymous subscribers are allowed.</param>
    /// <param name="time">The clock for the expiry of tokens and for the limit of log messages.</param>
    /// <param name="metrics">Counts the refusals.</param>
    /// <param name="logger">Receives the refusals and their reasons.</param>
    /// <param name="tokenLogger">Receives the warnings about keys and about suspicious tokens.</param>
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
        _validators = new HubTokenValidators(_options, time, tokenLogger);
        _problems = new TokenProblems(_options.SpeaksV1, _validators.HasIssuers);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_validators.Publishers.HasKeys) LogPublishingIsOff(_validators.KeySettings);
        // Not awaited: this may fetch keys over the network, and the host must not wait for them.
        _ = _validators.WarmUpAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Decides whether a request may publish.</summary>
    /// <param name="token">The token of the request; null if there is none.</param>
    /// <param name="isFromAllowedOrigin">Whether the request comes from a page whose origin may publish. It matters
    /// only for a token in a cookie: browsers add cookies to the requests of any page, so a foreign page could publish
    /// in the name of its visitor (CSRF).</param>
    /// <param name="resourceId">The value that <c>aud</c> of a token of Mercure 1.0 must be or contain.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    /// <returns>The claims of a valid token, or a refusal: 401 without a valid token; 400 if a client of Mercure 1.0
    /// sent its token in a wrong way; 403 if no key is set for publishers; 403, or 400 for a token of Mercure 1.0, if
    /// the token came in a cookie and the origin may not publish; 503 if the keys cannot be fetched now.</returns>
    internal async ValueTask<Access> AuthorizePublishAsync(
        PresentedToken? token, bool isFromAllowedOrigin, string resourceId, CancellationToken cancellationToken)
    {
        if (!_validators.Publishers.HasKeys)
        {
            var off = $"No token can allow this, because no key is set: set {_validators.KeySettings}.";
            return Deny(Publish, new HubProblem(HubProblem.Forbidden, off), "no key is set");
        }
        var access = await AdmitAsync(Publish, _validators.Publishers, token, resourceId, NoToken, cancellationToken);
        return access.Refusal is null && token is { Source: TokenSource.Cookie } && !isFromAllowedOrigin
            ? Deny(Publish, _problems.ForeignOrigin(access.Claims), ForeignOrigin)
            : access;
    }

    /// <summary>Decides whether a request may subscribe, or may read the subscription API. If <c>Hub:Anonymous</c> is
    /// on, a request without a token is admitted with empty claims. A request with an invalid token is refused even
    /// then.</summary>
    /// <param name="token">The token of the request; null if there is none.</param>
    /// <param name="resourceId">The value that <c>aud</c> of a token of Mercure 1.0 must be or contain.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    /// <returns>The claims, or a refusal: 401 without a valid token; 400 if a client of Mercure 1.0 sent its token in a
    /// wrong way; 503 if the keys cannot be fetched now.</returns>
    internal ValueTask<Access> AuthorizeSubscribeAsync(
        PresentedToken? token, string resourceId, CancellationToken cancellationToken) =>
        token is null && _options.Anonymous
            ? ValueTask.FromResult(new Access(NoClaims, null))
            : AdmitAsync(
                Subscribe, _validators.Subscribers, token, resourceId, NoTokenAndNotAnonymous, cancellationToken);

    /// <summary>Counts and logs the refusal of a request whose valid token lacks a right, and returns the answer
    /// 403.</summary>
    /// <param name="what">What the client wants to do, for the log: the rest of "a request to ...".</param>
    /// <param name="title">What the client is told.</param>
    /// <param name="claims">The claims of the token.</param>
    /// <param name="reason">Why the right is missing, for the log.</param>
    internal HubProblemResult Forbid(string what, string title, TokenClaims claims, string reason) =>
        Refuse(what, _problems.MissingRight(claims, title), reason);

    /// <summary>Counts and logs the refusal of a request, and returns the answer. The log has the title of the problem
    /// as the reason, because many clients do not show the answer to anybody.</summary>
    /// <param name="what">What the client wants to do, for the log: the rest of "a request to ...".</param>
    /// <param name="problem">What the client is told.</param>
    internal HubProblemResult Refuse(string what, HubProblem problem) => Refuse(what, problem, problem.Title);

    /// <summary>Counts and logs the refusal of a request, and returns the answer.</summary>
    /// <param name="what">What the client wants to do, for the log: the rest of "a request to ...".</param>
    /// <param name="problem">What the client is told.</param>
    /// <param name="reason">The reason for the log. The client does not learn the reason.</param>
    internal HubProblemResult Refuse(string what, HubProblem problem, string reason)
    {
        _metrics.Refused(problem.Status);
        if (_budget.TryTake(out var leftOut))
        {
            if (leftOut > 0) LogLeftOut(leftOut, RefusalsLoggedPerSecond);
            LogRefused(problem.Status, what, reason);
        }
        return new HubProblemResult(problem);
    }

    /// <inheritdoc/>
    public void Dispose() => _validators.Dispose();

    // Admits a request with a valid token. The texts "what" and "whyNotWithoutToken" are for the log: what the client
    // wants to do, and why a request without a token is refused.
    private async ValueTask<Access> AdmitAsync(
        string what,
        RoleValidator validator,
        PresentedToken? token,
        string resourceId,
        string whyNotWithoutToken,
        CancellationToken cancellationToken)
    {
        if (token is null) return Deny(what, _problems.NoToken, whyNotWithoutToken);
        var result = await validator.ValidateAsync(token, resourceId, cancellationToken);
        return result.IsValid
            ? new Access(result.Claims, null)
            : Deny(
                what,
                _problems.Of(result, token.Source),
                $"the token ({token.Source}) was refused: {result.Reason}");
    }

    private Access Deny(string what, HubProblem problem, string reason) =>
        new(NoClaims, Refuse(what, problem, reason));

    [LoggerMessage(140, LogLevel.Warning, "Answered {Status} to a request to {What}: {Reason}")]
    private partial void LogRefused(int status, string what, string reason);

    [LoggerMessage(141, LogLevel.Warning,
        "{Count} more refused requests are not in the log, which has at most {Limit} a second: hub.refused counts all")]
    private partial void LogLeftOut(int count, int limit);

    [LoggerMessage(142, LogLevel.Information,
        "Only the app's own code can publish: no key is set. To allow clients with a token to publish, set {Settings}")]
    private partial void LogPublishingIsOff(string settings);

    /// <summary>The decision about a request.</summary>
    /// <param name="Claims">The claims of the token. Empty if the request is anonymous or refused.</param>
    /// <param name="Refusal">The answer to a refused request; null if the request is admitted.</param>
    internal readonly record struct Access(TokenClaims Claims, HubProblemResult? Refusal);
}
