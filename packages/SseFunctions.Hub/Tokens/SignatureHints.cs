namespace SseFunctions.Hub.Tokens;

/// <summary>Explains why a signature does not match, by trying the typical mistakes of people who set up keys. This
/// costs the computation of a few signatures for each token with a wrong signature.</summary>
internal sealed class SignatureHints
{
    private readonly (VerificationKey Key, string Algorithm, string Hint)[] _slips;

    /// <summary>Prepares the keys that result from typical mistakes.</summary>
    /// <param name="role">The role whose keys did not match.</param>
    /// <param name="other">The other role; null if it has no keys.</param>
    public SignatureHints(RoleKeys role, RoleKeys? other) => _slips = [.. Slips(role, other)];

    /// <summary>Returns a text to append to the reason; empty if no typical mistake explains the signature.</summary>
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
            (Decoded(secret), $"it is signed with {setting} decoded from base64, but the hub uses the text of the "
                + "setting itself: sign with the text too"),
            (VerificationKey.SecretBytes(Convert.ToBase64String(bytes)),
                $"it is signed with {setting} written in base64: sign with the text itself"),
            (bare == secret ? null : VerificationKey.SecretBytes(bare),
                $"it is signed with {setting} without the white space or quotes around it: remove them there"),
            ([.. bytes, (byte)'\n'],
                $"it is signed with {setting} and a line break after it: remove the line break from the signer's key"),
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
