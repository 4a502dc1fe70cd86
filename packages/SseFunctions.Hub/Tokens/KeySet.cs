using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>The keys of a JSON Web Key Set (RFC 7517) that are fit for one algorithm.</summary>
internal sealed class KeySet
{
    private readonly VerificationKey[] _keys;
    private readonly ILookup<string?, VerificationKey> _byId;
    private readonly string _algorithm;
    private readonly int _unfit;

    private KeySet(VerificationKey[] keys, string algorithm, int unfit, long fetched)
    {
        _keys = keys;
        _byId = keys.ToLookup(key => key.Id, StringComparer.Ordinal);
        _algorithm = algorithm;
        _unfit = unfit;
        Fetched = fetched;
    }

    /// <summary>The timestamp of its fetching.</summary>
    public long Fetched { get; }

    /// <summary>Reads a set. Keys that are unknown, broken or meant for something else are passed over, as RFC 7517,
    /// section 5 wants.</summary>
    /// <returns>Null if it is not a key set at all.</returns>
    public static KeySet? Read(byte[] utf8, string algorithm, long fetched)
    {
        using var json = UntrustedJson.Read(utf8, out _);
        if (json is null || json.RootElement.ValueKind != JsonValueKind.Object
            || !json.RootElement.TryGetProperty("keys", out var items) || items.ValueKind != JsonValueKind.Array)
            return null;
        var keys = items.EnumerateArray().Select(item => Key(item, algorithm)).OfType<VerificationKey>().ToArray();
        return new KeySet(keys, algorithm, items.GetArrayLength() - keys.Length, fetched);
    }

    /// <summary>Whether a token that names this key, or none, can be judged by this set.</summary>
    public bool Knows(string? keyId) => keyId is null || _byId.Contains(keyId);

    /// <summary>The keys to try on a token.</summary>
    public KeysFound Find(string? keyId, string setting)
    {
        var keys = keyId is null ? _keys : [.. _byId[keyId]];
        if (keys.Length is > 0 and <= KeysFound.MaxTries) return new KeysFound(keys, $"a key of {setting}");
        return KeysFound.None((_keys.Length, keys.Length, keyId) switch
        {
            (0, _, _) => $"{setting} has no key that is fit for {_algorithm} ({_unfit} others)",
            (_, 0, not null) => $"it names the key '{CompactJws.Shown(keyId)}' (kid), which {setting} does not have, "
                + $"or not for {_algorithm}",
            _ => $"it does not say which of the {keys.Length} keys of {setting} it is signed with (kid)",
        });
    }

    private static VerificationKey? Key(JsonElement item, string algorithm)
    {
        try
        {
            var key = new JsonWebKey(item.GetRawText());
            return IsFit(key, algorithm) ? VerificationKey.Public(key, algorithm) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException
            or InvalidOperationException or FormatException or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static bool IsFit(JsonWebKey key, string algorithm) =>
        key.Use is null or "" or "sig"
            && (string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm)
            && (key.KeyOps is not { Count: > 0 } || key.KeyOps.Contains("verify"))
            && (algorithm == SigningAlgorithms.RS256
                ? key.Kty == JsonWebAlgorithmsKeyTypes.RSA && PublicKeyPem.IsLongEnough(key.KeySize)
                : key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Crv == JsonWebKeyECTypes.P256);
}
