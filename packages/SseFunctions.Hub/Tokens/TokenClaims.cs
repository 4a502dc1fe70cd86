namespace SseFunctions.Hub.Tokens;

/// <summary>What a valid token says: the rights it gives, and until when.</summary>
internal sealed record TokenClaims
{
    /// <summary>Selectors of the topics that may be published to; empty means none.</summary>
    public IReadOnlyList<string> Publish { get; init; } = [];

    /// <summary>Selectors of the topics whose private updates may be received; empty means none.</summary>
    public IReadOnlyList<string> Subscribe { get; init; } = [];

    /// <summary>The JSON text of <c>mercure.payload</c>, whatever value that is; null if the token has none.</summary>
    public string? Payload { get; init; }

    /// <summary>The moment from which on the token is worth nothing, which can lie thousands of years ahead; null if it
    /// has no end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the token has the claim that gives rights at all.</summary>
    public bool HasMercureClaim { get; init; }

    /// <summary>Why the token does not let its owner publish to some topic, for the log.</summary>
    public string WhyNotPublish => WhyNot(Publish, ClaimsReader.Publish);

    /// <summary>Why the token does not let its owner receive the private updates of some topic, for the log.</summary>
    public string WhyNotSubscribe => WhyNot(Subscribe, ClaimsReader.Subscribe);

    private string WhyNot(IReadOnlyList<string> selectors, string name) => (HasMercureClaim, selectors.Count) switch
    {
        (false, _) => $"it has no claim {ClaimsReader.Mercure}, so it gives no rights",
        (_, 0) => $"its claim {ClaimsReader.Mercure}.{name} is absent or empty",
        _ => $"none of the {selectors.Count} selectors of its claim {ClaimsReader.Mercure}.{name} matches the topic",
    };
}
