using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SseFunctions.Hub.Tokens;

/// <summary>The parts of a JSON Web Signature in compact form (RFC 7515, section 7.1), which is not verified yet. Of
/// the header, only <c>typ</c>, <c>alg</c>, <c>kid</c> and <c>crit</c> are read: a key in the header, or the address of
/// a key (<c>jwk</c>, <c>jku</c>, <c>x5u</c>), is ignored, because an attacker could put it there.</summary>
internal sealed class CompactJws
{
    /// <summary>The largest length of a token, in characters. Most servers accept no longer headers.</summary>
    public const int MaxLength = 16 * 1024;

    private const int SignedParts = 3;
    private const int EncryptedParts = 5;
    private const int ShownCharacters = 40;
    private const string AccessTokenType = "at+jwt";
    private const string NotThreeParts = "it is not three base64url parts joined by dots";

    // The decoder would skip white space and padding, which RFC 7515, section 2 does not allow.
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private CompactJws(
        bool isAccessToken, string algorithm, string? keyId, byte[] signed, byte[] payload, byte[] signature)
    {
        IsAccessToken = isAccessToken;
        Algorithm = algorithm;
        KeyId = keyId;
        Signed = signed;
        Payload = payload;
        Signature = signature;
    }

    /// <summary>Whether the token says that it is an access token (<c>typ</c>; RFC 9068, section 4), like all tokens
    /// of Mercure 1.0.</summary>
    public bool IsAccessToken { get; }

    /// <summary>The algorithm that the token claims (<c>alg</c>). It may only be compared with the setting, and must
    /// never choose the algorithm: an attacker writes it.</summary>
    public string Algorithm { get; }

    /// <summary>The id of the key that the token claims (<c>kid</c>); null if it names no key.</summary>
    public string? KeyId { get; }

    /// <summary>The bytes that the signature covers.</summary>
    public byte[] Signed { get; }

    /// <summary>The claims, as JSON in UTF-8.</summary>
    public byte[] Payload { get; }

    /// <summary>The signature, at least one byte.</summary>
    public byte[] Signature { get; }

    /// <summary>Splits and decodes a token.</summary>
    /// <param name="token">The token. It is untrusted.</param>
    /// <param name="reason">Why the token is malformed; empty if it is not.</param>
    /// <returns>Null if the token is malformed.</returns>
    public static CompactJws? Read(string token, out string reason)
    {
        reason = Misshapen(token) ?? "";
        if (reason.Length > 0) return null;
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (!TryDecode(token.AsSpan(0, first), out var header)
            || !TryDecode(token.AsSpan(first + 1, last - first - 1), out var payload)
            || !TryDecode(token.AsSpan(last + 1), out var signature))
        {
            reason = $"{NotThreeParts}: a part has a length or an end that base64url cannot have, so it is cut off";
            return null;
        }
        using var json = UntrustedJson.Read(header, out var problem);
        if (json is null)
        {
            reason = $"its header {problem}";
            return null;
        }
        reason = HeaderProblem(json.RootElement, out var algorithm, out var keyId) ?? "";
        if (reason.Length == 0 && signature.Length == 0)
            reason = "it has no signature: nothing follows its second dot";
        return reason.Length > 0 ? null
            : new CompactJws(
                HasAccessTokenType(json.RootElement),
                algorithm,
                keyId,
                Encoding.ASCII.GetBytes(token, 0, last),
                payload,
                signature);
    }

    /// <summary>Makes untrusted text safe for a log: shortens it, and replaces all characters except printable ASCII,
    /// which could forge lines or be invisible.</summary>
    public static string Shown(string text, int characters = ShownCharacters)
    {
        var shown = string.Concat(text.Take(characters).Select(c => char.IsBetween(c, ' ', '~') ? c : '?'));
        return text.Length > characters ? shown + "..." : shown;
    }

    // Names the typical mistakes of people who set up tokens.
    private static string? Misshapen(string token)
    {
        if (token.Length == 0) return "it is empty";
        if (token.Length > MaxLength) return $"it has {token.Length} characters: at most {MaxLength} are allowed";
        if (token.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return "it starts with 'Bearer ': send that word only once";
        if (token[0] is '"' or '\'') return "it is in quotes: send it without quotes";
        var parts = token.Count(c => c == '.') + 1;
        var strange = token.AsSpan().IndexOfAnyExcept(Alphabet);
        if (strange >= 0)
        {
            var code = ((int)token[strange]).ToString("X4", CultureInfo.InvariantCulture);
            return token[strange] == '='
                ? $"{NotThreeParts}: it has padding (=), which base64url in tokens must not have"
                : $"{NotThreeParts}: character {strange + 1} is U+{code}";
        }
        return parts switch
        {
            SignedParts => null,
            EncryptedParts => "it is encrypted (five parts joined by dots): send a signed token, which has three parts",
            _ => $"{NotThreeParts}: it has {parts}",
        };
    }

    private static string? HeaderProblem(JsonElement header, out string algorithm, out string? keyId)
    {
        algorithm = "";
        keyId = null;
        if (header.ValueKind != JsonValueKind.Object) return "its header is not a JSON object";
        if (!header.TryGetProperty("alg", out var alg) || UntrustedJson.Text(alg) is not { } name)
            return "its header does not name its algorithm (alg)";
        // RFC 7515, section 4.1.11: critical extensions that are not understood must be refused. The hub understands
        // none.
        if (header.TryGetProperty("crit", out _))
            return "its header has critical extensions (crit), and the hub supports none";
        if (header.TryGetProperty("kid", out var kid) && (keyId = UntrustedJson.Text(kid)) is null)
            return "its header's kid is not a string";
        algorithm = name;
        return null;
    }

    // The case of a media type does not matter, and "application/" can be left out (RFC 7515, section 4.1.9). Any other
    // type is ignored, because the header of a 0.x token may contain anything.
    private static bool HasAccessTokenType(JsonElement header) =>
        header.TryGetProperty("typ", out var typ) && UntrustedJson.Text(typ) is { } type
        && (type.Equals(AccessTokenType, StringComparison.OrdinalIgnoreCase)
            || type.Equals($"application/{AccessTokenType}", StringComparison.OrdinalIgnoreCase));

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        var done = Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done;
        if (written < bytes.Length) Array.Resize(ref bytes, written);
        return done;
    }
}
