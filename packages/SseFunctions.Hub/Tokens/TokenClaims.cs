namespace SseFunctions.Hub.Tokens;

/// <summary>The claims of a valid token: the rights that it gives, and when it expires.</summary>
internal sealed record TokenClaims
{
    /// <summary>The selectors of the topics to which the client may publish; empty: none.</summary>
    public IReadOnlyList<string> Publish { get; init; } = [];

    /// <summary>The selectors of the topics whose private updates the client may receive; empty: none.</summary>
    public IReadOnlyList<string> Subscribe { get; init; } = [];

    /// <summary>The JSON text of <c>mercure.payload</c>, of any JSON type; null if the token has none.</summary>
    public string? Payload { get; init; }

    /// <summary>When the token expires, which can be thousands of years from now; null if it does not expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the token has the claim <c>mercure</c>, without which it gives no rights.</summary>
    public bool HasMercureClaim { get; init; }

    /// <summary>What the claim <c>authorization_details</c> gives rights to; empty for a token of 0.x.</summary>
    public IReadOnlyList<AuthorizationDetail> Details { get; init; } = [];

    /// <summary>Whether this is a token of Mercure 1.0.</summary>
    public bool IsAccessToken { get; init; }

    /// <summary>Why the token gives no right to publish to a topic, for the log.</summary>
    public string WhyNotPublish => WhyNot(Publish, ClaimsReader.Publish);

    /// <summary>Why the token gives no right to the private updates of a topic, for the log.</summary>
    public string WhyNotSubscribe => WhyNot(Subscribe, ClaimsReader.Subscribe);

    private string WhyNot(IReadOnlyList<string> selectors, string name) => (HasMercureClaim, selectors.Count) switch
    {
        (false, _) => $"it has no claim {ClaimsReader.Mercure}, so it gives no rights",
        (_, 0) => $"its claim {ClaimsReader.Mercure}.{name} is absent or empty",
        _ => $"none of the {selectors.Count} selectors of its claim {ClaimsReader.Mercure}.{name} matches the topic",
    };
}
