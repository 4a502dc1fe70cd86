using System.Globalization;
using System.Text.Json;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads the claims of a token whose signature is good, and judges its time. What is of a wrong type refuses
/// the whole token: guessing at rights is worse.</summary>
internal static class ClaimsReader
{
    public const string Mercure = "mercure";
    public const string Publish = "publish";
    public const string Subscribe = "subscribe";

    private const string Namespaced = "https://mercure.rocks/";
    private const string Payload = "payload";
    private const string Expires = "exp";
    private const string NotBefore = "nbf";
    private const int MaxSelectors = 1000;
    private const int MaxSelectorLength = 4096;

    // Times are in seconds; in milliseconds they would be above this, which is the year 5138.
    private const double LikelyMilliseconds = 1e11;

    /// <summary>The claims, or why they are refused.</summary>
    /// <param name="payload">The JSON of the claims.</param>
    /// <param name="now">The time to judge by. There is no tolerance: a token ends in the very moment that it names.
    /// </param>
    public static TokenResult Read(byte[] payload, DateTimeOffset now)
    {
        using var json = UntrustedJson.Read(payload, out var problem);
        if (json is null) return TokenResult.Refused($"its payload {problem}");
        var claims = json.RootElement;
        if (claims.ValueKind != JsonValueKind.Object) return TokenResult.Refused("its payload is not a JSON object");

        if (Time(claims, Expires, out var expires) is { } badExpires) return TokenResult.Refused(badExpires);
        if (Time(claims, NotBefore, out var notBefore) is { } badNotBefore) return TokenResult.Refused(badNotBefore);
        return TimeProblem(expires, notBefore, now) is { } reason
            ? TokenResult.Refused(reason)
            : Rights(claims, expires);
    }

    private static TokenResult Rights(JsonElement claims, DateTimeOffset? expires)
    {
        // The longer name wins: who uses it does so because the short one may mean something else to them.
        var isNamed = claims.TryGetProperty(Namespaced, out var rights) || claims.TryGetProperty(Mercure, out rights);
        if (!isNamed || rights.ValueKind == JsonValueKind.Null)
            return TokenResult.Valid(new TokenClaims { Expires = expires });
        if (rights.ValueKind != JsonValueKind.Object)
            return TokenResult.Refused($"its claim {Mercure} is not a JSON object");
        if (Selectors(rights, Publish, out var publish) is { } badPublish)
            return TokenResult.Refused(badPublish);
        if (Selectors(rights, Subscribe, out var subscribe) is { } badSubscribe)
            return TokenResult.Refused(badSubscribe);
        return TokenResult.Valid(new TokenClaims
        {
            HasMercureClaim = true,
            Publish = publish,
            Subscribe = subscribe,
            Payload = rights.TryGetProperty(Payload, out var payload) ? payload.GetRawText() : null,
            Expires = expires,
        });
    }

    // Null is taken for absent: serialisers write it, and it gives no right.
    private static string? Selectors(JsonElement rights, string name, out IReadOnlyList<string> selectors)
    {
        selectors = [];
        if (!rights.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null) return null;
        var claim = $"its claim {Mercure}.{name}";
        if (list.ValueKind != JsonValueKind.Array) return $"{claim} is not an array of strings";
        var count = list.GetArrayLength();
        if (count > MaxSelectors) return $"{claim} has {count} selectors, and {MaxSelectors} are the most";
        var texts = new List<string>(count);
        foreach (var item in list.EnumerateArray())
        {
            if (UntrustedJson.Text(item) is not { } text) return $"{claim} has an item that is not a string of Unicode";
            if (text.Length > MaxSelectorLength)
                return $"{claim} has a selector of {text.Length} characters, and {MaxSelectorLength} are the most";
            if (text.Contains('\0', StringComparison.Ordinal)) return $"{claim} has a selector with the character NUL";
            texts.Add(text);
        }
        selectors = texts;
        return null;
    }

    // NumericDate of RFC 7519, section 2: seconds, not always whole ones. What no calendar holds is as good as its end.
    private static string? Time(JsonElement claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds))
            return $"its claim {name} is not a number (seconds since 1970)";
        time = seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.MaxValue
            : seconds <= DateTimeOffset.MinValue.ToUnixTimeSeconds() ? DateTimeOffset.MinValue
            : DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return null;
    }

    private static string? TimeProblem(DateTimeOffset? expires, DateTimeOffset? notBefore, DateTimeOffset now)
    {
        // RFC 7519, section 4.1.4: on or after that moment it must not be accepted.
        if (expires <= now) return $"it expired at {Utc(expires.Value)}, now is {Utc(now)} (exp)";
        if (!(notBefore > now)) return null;
        var hint = notBefore > DateTimeOffset.UnixEpoch.AddSeconds(LikelyMilliseconds)
            ? ": it seems to be in milliseconds, but must be in seconds"
            : "";
        return $"it is not valid before {Utc(notBefore.Value)}, now is {Utc(now)} (nbf){hint}";
    }

    private static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
}
