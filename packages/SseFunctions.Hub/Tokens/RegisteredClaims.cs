using System.Globalization;
using System.Text.Json;

namespace SseFunctions.Hub.Tokens;

/// <summary>The result of checking the registered claims of a token (RFC 7519, section 4.1): <c>exp</c>, <c>nbf</c>,
/// <c>iss</c> and <c>aud</c>. All others are ignored. So is <c>iat</c>, because no rule depends on the age of a token.
/// </summary>
/// <param name="Problem">Why the token is refused, as <see cref="TokenResult.Reason"/>; null if it is accepted.</param>
/// <param name="Expires">When the token expires; null if it does not expire, or is refused.</param>
/// <param name="Hint">What is suspicious about an accepted token, as the rest of a sentence about the token; null if
/// nothing is.</param>
internal readonly record struct RegisteredClaims(string? Problem, DateTimeOffset? Expires = null, string? Hint = null)
{
    /// <summary>How far <c>nbf</c> may be in the future, because the signer's clock may be ahead of this machine's
    /// clock. Synchronized clocks differ by less than a second. <c>exp</c> has no leeway, because open streams end at
    /// that moment.</summary>
    public static readonly TimeSpan NotBeforeLeeway = TimeSpan.FromSeconds(10);

    /// <summary>The claim that names the issuer.</summary>
    public const string Issuer = "iss";

    private const string Audience = "aud";
    private const string Expiration = "exp";
    private const string NotBefore = "nbf";
    private const int ShownCharacters = 200;
    private const int ShownAudiences = 3;

    // Times of the years 2001 to 5138, in milliseconds instead of seconds, are between these two. As seconds, the lower
    // one is in the year 33658. The end of .NET's calendar, which some issuers use for "never", is below it.
    private const double LeastMilliseconds = 1e12;
    private const double MostMilliseconds = 1e14;

    /// <summary>Checks the claims of a token whose signature was verified.</summary>
    /// <param name="claims">The claims, a JSON object.</param>
    /// <param name="expected">The issuer and the audience that the token must name.</param>
    /// <param name="now">The time that <c>exp</c> and <c>nbf</c> are compared with.</param>
    public static RegisteredClaims Judge(JsonElement claims, ExpectedClaims expected, DateTimeOffset now)
    {
        var problem = Seconds(claims, Expiration, out var expires)
            ?? Seconds(claims, NotBefore, out var notBefore)
            ?? (expected.NeedsExpiration && expires is null ? $"it has no {Expiration}, but must have one" : null)
            ?? TimeProblem(expires, notBefore, now)
            ?? IssuerProblem(claims, expected)
            ?? AudienceProblem(claims, expected);
        if (problem is not null) return new RegisteredClaims(problem);
        var hint = IsLikelyMilliseconds(expires)
            ? $"its claim {Expiration} seems to be in milliseconds instead of seconds: it ends in thousands of years"
            : null;
        return new RegisteredClaims(null, Time(expires), hint);
    }

    // NumericDate of RFC 7519, section 2: seconds since 1970, which may have a fraction.
    private static string? Seconds(JsonElement claims, string name, out double? seconds)
    {
        seconds = null;
        if (!claims.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
            return $"its claim {name} is not a number (seconds since 1970)";
        seconds = number;
        return null;
    }

    private static string? TimeProblem(double? expires, double? notBefore, DateTimeOffset now)
    {
        // RFC 7519, section 4.1.4: on or after that time the token must not be accepted.
        if (Time(expires) is { } end && end <= now) return $"it expired at {Utc(end)}, now is {Utc(now)} (exp)";
        if (Time(notBefore) is not { } start || start - now <= NotBeforeLeeway) return null;
        var hint = IsLikelyMilliseconds(notBefore) ? ": it seems to be in milliseconds, but must be in seconds" : "";
        return $"it is not valid before {Utc(start)}, now is {Utc(now)} (nbf){hint}";
    }

    // RFC 7519, section 4.1.1 leaves the issuer to the application. If an issuer is set, a token that does not name it
    // is refused, because it may come from anyone who has a key.
    private static string? IssuerProblem(JsonElement claims, ExpectedClaims expected)
    {
        if (expected.Issuer is not { } issuer) return null;
        var wanted = $"{expected.IssuerSetting} is {Quoted(issuer)}";
        if (!claims.TryGetProperty(Issuer, out var value))
            return $"it does not name its issuer ({Issuer}), but {wanted}";
        if (UntrustedJson.Text(value) is not { } found) return $"its claim {Issuer} is not a valid Unicode string";
        return found == issuer ? null
            : $"its issuer is {Quoted(found)} ({Issuer}), but {wanted}{NearMiss([found], issuer)}";
    }

    // RFC 7519, section 4.1.3: if a token has aud, a recipient that is not listed there must reject the token.
    private static string? AudienceProblem(JsonElement claims, ExpectedClaims expected)
    {
        var wanted = expected.AudienceSetting
            + (expected.Audience is null ? " is not set" : $" is {Quoted(expected.Audience)}");
        if (!claims.TryGetProperty(Audience, out var value))
            return expected.Audience is null ? null : $"it does not name its audience ({Audience}), but {wanted}";
        if (Audiences(value) is not { } found) return $"its claim {Audience} is not a string or an array of strings";
        if (found.Count == 0) return $"its claim {Audience} is an empty array, so it is for nobody";
        if (expected.Audience is not { } audience)
            return $"it is for {Named(found)} ({Audience}), but {wanted}: to accept such tokens, set it to the name "
                + "that stands for this hub";
        return found.Contains(audience) ? null
            : $"it is for {Named(found)} ({Audience}), but {wanted}{NearMiss(found, audience)}";
    }

    private static List<string>? Audiences(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) return UntrustedJson.Text(value) is { } only ? [only] : null;
        var audiences = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (UntrustedJson.Text(item) is not { } audience) return null;
            audiences.Add(audience);
        }
        return audiences;
    }

    // The comparison is exact (RFC 7519, section 2: StringOrURI). That surprises people, because the names look like
    // addresses, for which case and a final slash often have no effect.
    internal static string NearMiss(List<string> found, string expected)
    {
        var isNear = found.Exists(name =>
            string.Equals(name.TrimEnd('/'), expected.TrimEnd('/'), StringComparison.OrdinalIgnoreCase));
        return isNear ? ": they differ only in upper and lower case, or in a slash at the end, and must be equal" : "";
    }

    private static string Named(List<string> names)
    {
        var shown = string.Join(", ", names.Take(ShownAudiences).Select(Quoted));
        return names.Count > ShownAudiences ? $"{shown} and {names.Count - ShownAudiences} more" : shown;
    }

    internal static string Quoted(string name) => $"'{CompactJws.Shown(name, ShownCharacters)}'";

    private static bool IsLikelyMilliseconds(double? seconds) => seconds is >= LeastMilliseconds and < MostMilliseconds;

    // A time that DateTimeOffset cannot represent becomes its first or last time.
    private static DateTimeOffset? Time(double? seconds) => seconds switch
    {
        null => null,
        { } late when late >= DateTimeOffset.MaxValue.ToUnixTimeSeconds() => DateTimeOffset.MaxValue,
        { } early when early <= DateTimeOffset.MinValue.ToUnixTimeSeconds() => DateTimeOffset.MinValue,
        { } other => DateTimeOffset.UnixEpoch.AddSeconds(other),
    };

    private static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
}
