using System.Text.Json;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads the claims of a token whose signature was verified. A claim of a wrong type refuses the whole token,
/// because the hub must not guess rights.</summary>
internal static class ClaimsReader
{
    public const string Mercure = "mercure";
    public const string Publish = "publish";
    public const string Subscribe = "subscribe";

    private const string Namespaced = "https://mercure.rocks/";
    private const string Payload = "payload";
    private const int MaxSelectors = 1000;
    private const int MaxSelectorLength = 4096;

    /// <summary>Returns the claims, or the reason why the token is refused.</summary>
    /// <param name="payload">The JSON of the claims.</param>
    /// <param name="expected">The issuer and the audience that the token must name.</param>
    /// <param name="now">The time that <c>exp</c> and <c>nbf</c> are compared with.</param>
    public static TokenResult Read(byte[] payload, ExpectedClaims expected, DateTimeOffset now)
    {
        using var json = UntrustedJson.Read(payload, out var problem);
        if (json is null) return TokenResult.Refused($"its payload {problem}");
        var claims = json.RootElement;
        if (claims.ValueKind != JsonValueKind.Object) return TokenResult.Refused("its payload is not a JSON object");

        var registered = RegisteredClaims.Judge(claims, expected, now);
        return registered.Problem is { } reason ? TokenResult.Refused(reason) : Rights(claims, registered);
    }

    private static TokenResult Rights(JsonElement claims, RegisteredClaims registered)
    {
        // The longer name takes precedence: an issuer that uses it may use the short name for something else.
        var isNamed = claims.TryGetProperty(Namespaced, out var rights) || claims.TryGetProperty(Mercure, out rights);
        if (!isNamed || rights.ValueKind == JsonValueKind.Null)
            return TokenResult.Valid(new TokenClaims { Expires = registered.Expires }, registered.Hint);
        if (rights.ValueKind != JsonValueKind.Object)
            return TokenResult.Refused($"its claim {Mercure} is not a JSON object");
        if (Selectors(rights, Publish, out var publish) is { } badPublish)
            return TokenResult.Refused(badPublish);
        if (Selectors(rights, Subscribe, out var subscribe) is { } badSubscribe)
            return TokenResult.Refused(badSubscribe);
        var read = new TokenClaims
        {
            HasMercureClaim = true,
            Publish = publish,
            Subscribe = subscribe,
            Payload = rights.TryGetProperty(Payload, out var payload) ? payload.GetRawText() : null,
            Expires = registered.Expires,
        };
        return TokenResult.Valid(read, registered.Hint);
    }

    // Null counts as absent: serializers write it for a missing value, and it gives no right.
    private static string? Selectors(JsonElement rights, string name, out IReadOnlyList<string> selectors)
    {
        selectors = [];
        if (!rights.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null) return null;
        var claim = $"its claim {Mercure}.{name}";
        if (list.ValueKind != JsonValueKind.Array) return $"{claim} is not an array of strings";
        var count = list.GetArrayLength();
        if (count > MaxSelectors) return $"{claim} has {count} selectors: at most {MaxSelectors} are allowed";
        var texts = new List<string>(count);
        foreach (var item in list.EnumerateArray())
        {
            if (UntrustedJson.Text(item) is not { } text)
                return $"{claim} has an item that is not a valid Unicode string";
            if (text.Length > MaxSelectorLength)
                return $"{claim} has a selector of {text.Length} characters: at most {MaxSelectorLength} are allowed";
            if (text.Contains('\0', StringComparison.Ordinal)) return $"{claim} has a selector with the character NUL";
            texts.Add(text);
        }
        selectors = texts;
        return null;
    }
}
