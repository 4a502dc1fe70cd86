namespace SseFunctions.Hub.Tokens;

/// <summary>Finds out how a signature came not to fit: the typical slips of those who set up keys. It is worth the few
/// codes that it computes for a token that is refused anyway.</summary>
internal sealed class SignatureHints
{
    private readonly (VerificationKey Key, string Algorithm, string Hint)[] _slips;

    /// <param name="role">The role whose keys did not fit.</param>
    /// <param name="other">The other role, or null if there is none with keys of its own.</param>
    public SignatureHints(RoleKeys role, RoleKeys? other) => _slips = [.. Slips(role, other)];

    /// <summary>What to look at, to be put behind a reason; empty if no slip explains it.</summary>
    public string For(CompactJws token)
    {
        foreach (var (key, algorithm, hint) in _slips)
        {
            if (algorithm == token.Algorithm && key.Verifies(token)) return $": {hint}";
        }
        return "";
    }

    private static IEnumerable<(VerificationKey, string, string)> Slips(RoleKeys role, RoleKeys? other)
    {
        if (other is not null)
        {
            foreach (var (key, setting) in ConfiguredKeys.Read(other))
                yield return (key, other.Keys.Algorithm, $"it is signed with {setting}, the key of the other role");
        }
        if (!SigningAlgorithms.IsHmac(role.Keys.Algorithm)) yield break;
        foreach (var (setting, secret) in role.Keys.Texts(role.Section))
        {
            foreach (var slip in Slips(setting, secret, role.Keys.Algorithm)) yield return slip;
        }
    }

    private static IEnumerable<(VerificationKey, string, string)> Slips(string setting, string secret, string algorithm)
    {
        var bytes = VerificationKey.SecretBytes(secret);
        var bare = secret.Trim().Trim('"', '\'');
        (byte[]? Secret, string Hint)[] slips =
        [
            (Decoded(secret), $"it is signed with what {setting} is when read as base64, but the hub takes the setting "
                + "as the text it is: let the signer do so too"),
            (VerificationKey.SecretBytes(Convert.ToBase64String(bytes)),
                $"it is signed with {setting} written in base64: sign with the text itself"),
            (bare == secret ? null : VerificationKey.SecretBytes(bare),
                $"it is signed with {setting} without the blanks or quotes around it: remove them from the setting"),
            ([.. bytes, (byte)'\n'],
                $"it is signed with {setting} and a line's end behind it: let the signer remove that from its key"),
        ];
        foreach (var (slip, hint) in slips)
        {
            if (slip is { Length: > 0 }) yield return (VerificationKey.Secret(slip, algorithm), algorithm, hint);
        }
    }

    private static byte[]? Decoded(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        var bytes = new byte[standard.Length];
        return Convert.TryFromBase64String(standard, bytes, out var written) ? bytes[..written] : null;
    }
}
