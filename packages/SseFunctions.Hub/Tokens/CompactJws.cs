using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SseFunctions.Hub.Tokens;

/// <summary>A JSON Web Signature in its compact form (RFC 7515, section 7.1), taken apart and not yet believed. Of its
/// header only <c>alg</c>, <c>kid</c> and <c>crit</c> are looked at; a key that a token brings along is ignored.
/// </summary>
internal sealed class CompactJws
{
    /// <summary>The longest token that is looked at; more would not fit into most servers' headers.</summary>
    public const int MaxLength = 16 * 1024;

    private const int SignedParts = 3;
    private const int EncryptedParts = 5;
    private const int ShownCharacters = 40;
    private const string NotThreeParts = "it is not three base64url parts joined by dots";

    // The decoder would pass over blanks and padding, which RFC 7515, section 2 does not allow.
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private CompactJws(string algorithm, string? keyId, byte[] signed, byte[] payload, byte[] signature)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        Signed = signed;
        Payload = payload;
        Signature = signature;
    }

    /// <summary>What the token says that it is signed with. To be compared, never to be followed.</summary>
    public string Algorithm { get; }

    /// <summary>The key that the token says it is signed with; null if it does not say.</summary>
    public string? KeyId { get; }

    /// <summary>The bytes that are signed.</summary>
    public byte[] Signed { get; }

    /// <summary>The claims' bytes.</summary>
    public byte[] Payload { get; }

    /// <summary>The signature; at least one byte.</summary>
    public byte[] Signature { get; }

    /// <summary>Takes a token apart.</summary>
    /// <param name="token">Untrusted.</param>
    /// <param name="reason">Why it cannot be taken apart.</param>
    /// <returns>Null if it cannot be taken apart.</returns>
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
            reason = $"{NotThreeParts}: a part has a length or an end that base64url cannot have, so some is missing";
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
            : new CompactJws(algorithm, keyId, Encoding.ASCII.GetBytes(token, 0, last), payload, signature);
    }

    /// <summary>Untrusted text, made fit for a log: short, and nothing that could end a line or hide.</summary>
    public static string Shown(string text, int characters = ShownCharacters)
    {
        var shown = string.Concat(text.Take(characters).Select(c => char.IsBetween(c, ' ', '~') ? c : '?'));
        return text.Length > characters ? shown + "..." : shown;
    }

    // The slips that people make, each by its name.
    private static string? Misshapen(string token)
    {
        if (token.Length == 0) return "it is empty";
        if (token.Length > MaxLength) return $"it has {token.Length} characters, and {MaxLength} are the most";
        if (token.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return "it starts with 'Bearer ' itself: that word must be there once";
        if (token[0] is '"' or '\'') return "it is in quotes: send it without";
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
            EncryptedParts => "it is encrypted (five parts joined by dots): a signed one, of three parts, is needed",
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
        // RFC 7515, section 4.1.11: what is critical and not understood must be refused. Nothing of it is understood.
        if (header.TryGetProperty("crit", out _)) return "its header has crit, of which the hub understands nothing";
        if (header.TryGetProperty("kid", out var kid) && (keyId = UntrustedJson.Text(kid)) is null)
            return "its header's kid is not a string";
        algorithm = name;
        return null;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        var done = Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done;
        if (written < bytes.Length) Array.Resize(ref bytes, written);
        return done;
    }
}
