using Microsoft.Extensions.Logging;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub.Protocol;

/// <summary>The validators of the tokens of publishers and of subscribers, as the settings have them.
/// Thread-safe.</summary>
internal sealed class HubTokenValidators : IDisposable
{
    private const string PublisherSection = $"{HubOptions.Section}:{nameof(HubOptions.Publisher)}";
    private const string SubscriberSection = $"{HubOptions.Section}:{nameof(HubOptions.Subscriber)}";
    private const string IssuersSetting = $"{HubOptions.Section}:{nameof(HubOptions.Issuers)}";

    // How log messages name the value that aud of a token of 1.0 must be or contain: if the setting has a value, and if
    // it has none.
    private const string ResourceIdSetting = $"{HubOptions.Section}:{nameof(HubOptions.ResourceId)}";
    private const string AddressInRequest =
        $"{ResourceIdSetting}, which is not set and therefore the hub's address in the request,";

    // Null if the hub does not speak 0.x.
    private readonly TokenValidator? _publisherTokens;

    // Null if the hub does not speak 0.x. The same object as _publisherTokens if Hub:Subscriber has no keys: then the
    // keys of publishers verify all tokens.
    private readonly TokenValidator? _subscriberTokens;

    // Null if the hub does not speak 1.0.
    private readonly AccessTokenValidator? _accessTokens;

    /// <summary>Creates the validators, and logs a warning for each weak key.</summary>
    /// <param name="options">The keys, and which versions of the protocol the hub speaks.</param>
    /// <param name="time">The clock for the expiry of tokens.</param>
    /// <param name="logger">Receives the warnings about keys and about suspicious tokens.</param>
    public HubTokenValidators(HubOptions options, TimeProvider time, ILogger<TokenValidator> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.SpeaksV0)
        {
            var publisher = new RoleKeys(PublisherSection, options.Publisher);
            var subscriber = options.Subscriber.IsSet ? new RoleKeys(SubscriberSection, options.Subscriber) : null;
            _publisherTokens = new TokenValidator(publisher, subscriber, time, logger);
            _subscriberTokens = subscriber is null
                ? _publisherTokens
                : new TokenValidator(subscriber, publisher, time, logger);
        }
        if (options.SpeaksV1)
        {
            _accessTokens = new AccessTokenValidator(
                options.TrustedIssuers,
                string.IsNullOrEmpty(options.ResourceId) ? AddressInRequest : ResourceIdSetting,
                ProblemOfUrlPattern,
                time,
                logger);
        }
        Publishers = new RoleValidator(_publisherTokens, _accessTokens);
        Subscribers = new RoleValidator(_subscriberTokens, _accessTokens);
        var settings = new List<string>();
        if (options.SpeaksV1) settings.Add(IssuersSetting);
        if (options.SpeaksV0) settings.AddRange([$"{PublisherSection}:Key", $"{PublisherSection}:JwksUri"]);
        KeySettings = string.Join(" or ", settings);
    }

    /// <summary>Validates the tokens of requests to publish.</summary>
    public RoleValidator Publishers { get; }

    /// <summary>Validates the tokens of requests to subscribe and to read the subscription API.</summary>
    public RoleValidator Subscribers { get; }

    /// <summary>Names the settings of keys, for messages: if none of them is set, no token can allow to publish.
    /// </summary>
    public string KeySettings { get; }

    /// <summary>Whether tokens of 1.0 can be valid.</summary>
    public bool HasIssuers => _accessTokens is { HasIssuers: true };

    /// <summary>Fetches keys, and makes .NET compile the code that validates tokens, so that the first request waits
    /// for neither.</summary>
    public async Task WarmUpAsync()
    {
        if (_publisherTokens is not null) await _publisherTokens.WarmUpAsync();
        if (_subscriberTokens is not null && _subscriberTokens != _publisherTokens)
            await _subscriberTokens.WarmUpAsync();
        if (_accessTokens is not null) await _accessTokens.WarmUpAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _publisherTokens?.Dispose();
        _subscriberTokens?.Dispose();
        _accessTokens?.Dispose();
    }

    // Returns why a text is not a URL pattern, as the rest of a sentence about the text; null if it is one.
    private static string? ProblemOfUrlPattern(string pattern) =>
        pattern.Length == 0 ? "is empty" : TokenRights.ProblemOfPattern(pattern);
}
