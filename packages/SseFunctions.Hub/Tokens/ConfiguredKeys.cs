namespace SseFunctions.Hub.Tokens;

/// <summary>The keys of the settings <c>Key</c> and <c>Keys</c>; none if no key is set. Each token is verified with all
/// of them: these keys have no ids, so the <c>kid</c> of a token has no effect.</summary>
internal sealed class ConfiguredKeys : IVerificationKeys
{
    private readonly KeysFound _found;

    public ConfiguredKeys(RoleKeys role)
    {
        var keys = Read(role).ToArray();
        _found = keys.Length switch
        {
            0 => KeysFound.None(
                $"there is no key to verify it with: {role.Section}:{nameof(KeyOptions.Key)} is not set"),
            1 => new KeysFound([keys[0].Key], keys[0].Setting),
            _ => new KeysFound([.. keys.Select(key => key.Key)], $"any of the {keys.Length} keys of {role.Section}"),
        };
    }

    /// <summary>Reads each key, with the name of its setting. Skips keys that cannot be used:
    /// <see cref="KeyOptions.Problems"/> reports them when the host starts.</summary>
    public static IEnumerable<(VerificationKey Key, string Setting)> Read(RoleKeys role)
    {
        var algorithm = role.Keys.Algorithm;
        foreach (var (setting, text) in role.Keys.Texts(role.Section))
        {
            if (SigningAlgorithms.IsHmac(algorithm))
            {
                yield return (VerificationKey.Secret(VerificationKey.SecretBytes(text), algorithm), setting);
                continue;
            }
            foreach (var key in PublicKeyPem.Read(text, algorithm, out _))
                yield return (VerificationKey.Public(key, algorithm), setting);
        }
    }

    public ValueTask<KeysFound> FindAsync(string? keyId, CancellationToken cancellationToken) => new(_found);
}
