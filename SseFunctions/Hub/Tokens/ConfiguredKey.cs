namespace SseFunctions.Hub.Tokens;

/// <summary>The one key of the setting <c>Key</c>, or none. What a token says of its key does not matter.</summary>
internal sealed class ConfiguredKey : IVerificationKeys
{
    private readonly KeysFound _found;

    public ConfiguredKey(RoleKeys role)
    {
        var setting = $"{role.Section}:{nameof(KeyOptions.Key)}";
        _found = Read(role.Keys) is { } key
            ? new KeysFound([key], setting)
            : KeysFound.None($"there is no key to verify it with: {setting} is not set");
    }

    /// <summary>The key, or null if none is set or it cannot be used, which is said at start.</summary>
    public static VerificationKey? Read(KeyOptions options) => options switch
    {
        { Key: null or "" } => null,
        { Key: { } key, Algorithm: { } algorithm } when SigningAlgorithms.IsHmac(algorithm) =>
            VerificationKey.Secret(VerificationKey.SecretBytes(key), algorithm),
        { Key: { } key, Algorithm: { } algorithm } =>
            PublicKeyPem.Read(key, algorithm, out _) is { } jwk ? VerificationKey.Public(jwk, algorithm) : null,
    };

    public ValueTask<KeysFound> FindAsync(string? keyId, CancellationToken cancellationToken) => new(_found);
}
