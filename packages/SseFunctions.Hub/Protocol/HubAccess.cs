using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub.Protocol;

/// <summary>Decides whether an HTTP request may publish or subscribe: validates the token of the request, and returns
/// either the claims of the token or the answer that refuses the request. Counts each refusal, and logs it with the
/// reason. Thread-safe; the services create one object in a process.</summary>
/// <remarks><para>Only the endpoints of the hub call this class: <see cref="PublishEndpoint"/>,
/// <see cref="SubscribeEndpoint"/> and <see cref="SubscriptionsEndpoint"/>. This class does not compare topics: the
/// endpoint compares the topics of the request with the topic selectors in the claims, and calls <see cref="Forbid"/>
/// if a right is missing. The endpoints refuse bad requests through <see cref="Refuse(string, HubProblem)"/>, so that
/// these are counted and logged too. The app's own code publishes through <see cref="IUpdatePublisher"/>, without a
/// token and without this class.</para>
/// <para>A client is not told why its token was refused, because the reason would help an attacker who tries tokens.
/// The log has the reason, but never the token.</para>
/// <para>This class is a hosted service so that problems with the keys are logged when the host starts, and not at the
/// first request.</para></remarks>
internal sealed partial class HubAccess : IHostedService, IDisposable
{
    private const string PublisherSection = $"{HubOptions.Section}:{nameof(HubOptions.Publisher)}";
    private const string SubscriberSection = $"{HubOptions.Section}:{nameof(HubOptions.Subscriber)}";

    private const string NoToken = "there is no token";
    private const string NoTokenAndNotAnonymous =
        $"{NoToken}, and {HubOptions.Section}:{nameof(HubOptions.Anonymous)} is off";

    private const string FirstIssuer = $"{HubOptions.Section}:{nameof(HubOptions.Issuers)}:0";
    private const string ResourceIdSetting = $"{HubOptions.Section}:{nameof(HubOptions.ResourceId)}";
    private const string AddressInRequest =
        $"{ResourceIdSetting}, which is not set and therefore the hub's address in the request,";

    private const string OneHeader = "Send one Authorization header: Bearer, a space and the token.";
    private const string NotInUrl = "Send the token in the Authorization header or in the cookie, not in the URL.";

    // A client that sends thousands of bad requests must not fill the log. The first ones are enough to see the reason.
    private const int RefusalsLoggedPerSecond = 20;

    // No rights: the claims of refused requests, and of anonymous subscribers, who receive public updates only.
    private static readonly TokenClaims NoClaims = new();

    private readonly HubOptions _options;

    // Null if the hub does not speak 0.x.
    private readonly TokenValidator? _publisherTokens;

    // The same object as _publisherTokens if Hub:Subscriber has no keys: then the keys of publishers verify all tokens.
    private readonly TokenValidator? _subscriberTokens;

    // Null if the hub does not speak 1.0.
    private readonly AccessTokenValidator? _accessTokens;
    private readonly RoleValidator _publishers;
    private readonly RoleValidator _subscribers;

    // Whether tokens of 1.0 can be valid. Only then the hub has metadata, and its challenges give their address.
    private readonly bool _hasMetadata;
    private readonly HubMetrics _metrics;
    private readonly LogBudget _budget;
    private readonly ILogger _logger;

    /// <summary>Creates the validators of both roles, and logs a warning for each weak key.</summary>
    /// <param name="options">The keys of both roles, and whether anonymous subscribers are allowed.</param>
    /// <param name="time">The clock for the expiry of tokens and for the limit of log messages.</param>
    /// <param name="metrics">Counts the refusals.</param>
    /// <param name="logger">Receives the refusals and their reasons.</param>
    /// <param name="tokenLogger">Receives the warnings about keys.</param>
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
        if (_options.SpeaksV0)
        {
            var publisher = new RoleKeys(PublisherSection, _options.Publisher);
            var subscriber = _options.Subscriber.IsSet ? new RoleKeys(SubscriberSection, _options.Subscriber) : null;
            _publisherTokens = new TokenValidator(publisher, subscriber, time, tokenLogger);
            _subscriberTokens = subscriber is null
                ? _publisherTokens
                : new TokenValidator(subscriber, publisher, time, tokenLogger);
        }
        if (_options.SpeaksV1)
        {
            _accessTokens = new AccessTokenValidator(
                _options.TrustedIssuers,
                string.IsNullOrEmpty(_options.ResourceId) ? AddressInRequest : ResourceIdSetting,
                ProblemOfUrlPattern,
                time,
                tokenLogger);
        }
        _hasMetadata = _accessTokens is { HasIssuers: true };
        _publishers = new RoleValidator(_publisherTokens, _accessTokens);
        _subscribers = new RoleValidator(_subscriberTokens, _accessTokens);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_publishers.HasKeys) LogPublishingIsOff(_options.SpeaksV0 ? PublisherSection : FirstIssuer);
        // Not awaited: this may fetch keys over the network, and the host must not wait for them.
        _ = WarmUpAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Decides whether a request may publish. <see cref="PublishEndpoint"/> calls this before it reads the
    /// body.</summary>
    /// <param name="token">The token of the request; null if there is none.</param>
    /// <param name="isFromAllowedOrigin">Whether the request comes from a page whose origin may publish. It matters
    /// only for a token in a cookie: browsers add cookies to the requests of any page, so a foreign page could publish
    /// in the name of its visitor (CSRF).</param>
    /// <param name="resourceId">The value that <c>aud</c> of a token of 1.0 must be or contain.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    /// <returns>The claims of a valid token, or a refusal: 401 without a valid token; 400 if a client of 1.0 sent its
    /// token in a wrong way; 403 if no key is set for publishers; 403, or 400 for a token of 1.0, if the origin may not
    /// publish with the cookie; 503 if the keys cannot be fetched now.</returns>
    internal async ValueTask<Access> ToPublishAsync(
        PresentedToken? token, bool isFromAllowedOrigin, string resourceId, CancellationToken cancellationToken)
    {
        if (!_publishers.HasKeys)
        {
            var section = _options.SpeaksV0 ? PublisherSection : FirstIssuer;
            var off = $"Publishing over HTTP is off: set {section}:Key or {section}:JwksUri.";
            return Refuse("publish", HubProblem.Forbidden, off, "no key is set");
        }
        var access = await AdmitAsync("publish", _publishers, token, resourceId, NoToken, cancellationToken);
        var isV1 = access.Claims.IsAccessToken;
        return access.Refusal is null && token is { Source: TokenSource.Cookie } && !isFromAllowedOrigin
            ? Refuse(
                "publish",
                isV1 ? HubProblem.BadRequest : HubProblem.Forbidden,
                "This page may not publish with the cookie: its origin is not allowed.",
                "the token came in a cookie, and the page's origin is neither the hub's own, as the request names it, "
                    + $"nor in {HubOptions.Section}:{nameof(HubOptions.PublishOrigins)}",
                isV1 ? Challenge(BearerChallenge.InvalidRequest) : null)
            : access;
    }

    /// <summary>Decides whether a request may subscribe, or may read the subscription API. If <c>Hub:Anonymous</c> is
    /// on, a request without a token is admitted with empty claims. A request with an invalid token is refused even
    /// then.</summary>
    /// <param name="token">The token of the request; null if there is none.</param>
    /// <param name="resourceId">The value that <c>aud</c> of a token of 1.0 must be or contain.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    /// <returns>The claims, or a refusal: 401 without a valid token; 400 if a client of 1.0 sent its token in a wrong
    /// way; 503 if the keys cannot be fetched now.</returns>
    internal ValueTask<Access> ToSubscribeAsync(
        PresentedToken? token, string resourceId, CancellationToken cancellationToken) =>
        token is null && _options.Anonymous
            ? ValueTask.FromResult(new Access(NoClaims, null))
            : AdmitAsync("subscribe", _subscribers, token, resourceId, NoTokenAndNotAnonymous, cancellationToken);

    /// <summary>Counts and logs the refusal of a request whose valid token lacks a right, and returns the answer
    /// 403.</summary>
    /// <param name="what">What the client wants to do, for the log: the rest of "a request to ...".</param>
    /// <param name="title">What the client is told.</param>
    /// <param name="claims">The claims of the token.</param>
    /// <param name="reason">Why the right is missing, for the log.</param>
    internal HubProblemResult Forbid(string what, string title, TokenClaims claims, string reason)
    {
        var challenge = claims.IsAccessToken ? Challenge(BearerChallenge.InsufficientScope) : null;
        return Refuse(what, new HubProblem(HubProblem.Forbidden, title) { Challenge = challenge }, reason);
    }

    /// <summary>Counts and logs the refusal of a request for another reason, and returns the answer. The log has the
    /// same title as the answer, because many clients do not show the answer to anybody.</summary>
    internal HubProblemResult Refuse(string what, HubProblem problem) => Refuse(what, problem, problem.Title);

    /// <inheritdoc/>
    public void Dispose()
    {
        _publisherTokens?.Dispose();
        _subscriberTokens?.Dispose();
        _accessTokens?.Dispose();
    }

    // Fetches keys, and has .NET compile the code that validates tokens, so that the first request waits for neither.
    private async Task WarmUpAsync()
    {
        if (_publisherTokens is not null) await _publisherTokens.WarmUpAsync();
        if (_subscriberTokens is not null && _subscriberTokens != _publisherTokens)
            await _subscriberTokens.WarmUpAsync();
        if (_accessTokens is not null) await _accessTokens.WarmUpAsync();
    }

    // Admits a request with a valid token. The two texts are for the log: what the client wants to do, and why a
    // request without a token is refused.
    private async ValueTask<Access> AdmitAsync(
        string what,
        RoleValidator validator,
        PresentedToken? token,
        string resourceId,
        string whyNotWithoutToken,
        CancellationToken cancellationToken)
    {
        if (token is null)
        {
            var challenge = _hasMetadata ? Challenge(null) : null;
            return Refuse(what, HubProblem.Unauthorized, "Send a token.", whyNotWithoutToken, challenge);
        }
        var result = await validator.ValidateAsync(token, resourceId, cancellationToken);
        return result.IsValid
            ? new Access(result.Claims, null)
            : new Access(NoClaims, Refuse(
                what, ProblemOf(result, token.Source), $"the token ({token.Source}) was refused: {result.Reason}"));
    }

    // A client of 1.0 gets an error code (RFC 6750, section 3.1); a client of 0.x gets none.
    private HubProblem ProblemOf(TokenResult result, TokenSource source)
    {
        if (result.KeysUnavailable)
            return new HubProblem(HubProblem.Unavailable, "Tokens cannot be verified just now: try again.");
        var invalid = new HubProblem(
            HubProblem.Unauthorized, "Send a valid token. The hub's log says why this one is not.");
        var isV1 = result.Dialect switch
        {
            TokenDialect.V1 => _options.SpeaksV1,
            TokenDialect.V0 => false,
            _ => _hasMetadata,
        };
        return (isV1, result.Fault) switch
        {
            (false, _) => invalid,
            (_, TokenFault.Presentation) => new HubProblem(
                HubProblem.BadRequest, source == TokenSource.Query ? NotInUrl : OneHeader)
            {
                Challenge = Challenge(BearerChallenge.InvalidRequest),
            },
            (_, TokenFault.OtherScheme) => invalid with { Challenge = Challenge(null) },
            _ => invalid with { Challenge = Challenge(BearerChallenge.InvalidToken) },
        };
    }

    private BearerChallenge Challenge(string? error) => new(error, _hasMetadata);

    private Access Refuse(
        string what, int status, string title, string reason, BearerChallenge? challenge = null) =>
        new(NoClaims, Refuse(what, new HubProblem(status, title) { Challenge = challenge }, reason));

    // Returns why a text is not a URL pattern, whatever its base URL is; null if it is one.
    private static string? ProblemOfUrlPattern(string pattern) =>
        pattern.Length == 0 ? "is empty" : TokenRights.ProblemOfPattern(pattern);

    /// <summary>Counts and logs the refusal of a request, and returns the answer. The log has the reason, which may be
    /// secret from the client; the client gets the problem.</summary>
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

    [LoggerMessage(140, LogLevel.Warning, "Answered {Status} to a request to {What}: {Reason}")]
    private partial void LogRefused(int status, string what, string reason);

    [LoggerMessage(141, LogLevel.Warning,
        "{Count} more refused requests are not in the log, which has at most {Limit} a second: hub.refused counts all")]
    private partial void LogLeftOut(int count, int limit);

    [LoggerMessage(142, LogLevel.Warning,
        "Publishing over HTTP is off: set {Section}:Key or {Section}:JwksUri. The app's own code can publish")]
    private partial void LogPublishingIsOff(string section);

    /// <summary>The decision about a request.</summary>
    /// <param name="Claims">The claims of the token. Empty if the request is anonymous or refused.</param>
    /// <param name="Refusal">The answer to a refused request; null if the request is admitted.</param>
    internal readonly record struct Access(TokenClaims Claims, HubProblemResult? Refusal);
}
