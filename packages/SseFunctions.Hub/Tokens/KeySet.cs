using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>The keys of a JSON Web Key Set (RFC 7517) that can be used with one algorithm. Thread-safe.</summary>
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

    /// <summary>When the set was fetched, as a value of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Fetched { get; }

    /// <summary>Reads a key set. Skips keys that are unknown, broken or meant for another use, as RFC 7517, section 5
    /// requires.</summary>
    /// <returns>Null if the JSON is not a key set.</returns>
    public static KeySet? Read(byte[] utf8, string algorithm, long fetched)
    {
        using var json = UntrustedJson.Read(utf8, out _);
        if (json is null || json.RootElement.ValueKind != JsonValueKind.Object
            || !json.RootElement.TryGetProperty("keys", out var items) || items.ValueKind != JsonValueKind.Array)
            return null;
        var keys = items.EnumerateArray().Select(item => Key(item, algorithm)).OfType<VerificationKey>().ToArray();
        return new KeySet(keys, algorithm, items.GetArrayLength() - keys.Length, fetched);
    }

    /// <summary>Whether the set has the key with this id, or the token names no key (null).</summary>
    public bool Knows(string? keyId) => keyId is null || _byId.Contains(keyId);

    /// <summary>Finds the keys that a token may be signed with, or says why there are none.</summary>
    public KeysFound Find(string? keyId, string setting)
    {
        var keys = keyId is null ? _keys : [.. _byId[keyId]];
        if (keys.Length is > 0 and <= KeysFound.MaxTries) return new KeysFound(keys, $"a key of {setting}");
        return KeysFound.None((_keys.Length, keys.Length, keyId) switch
        {
            (0, _, _) => $"{setting} has no key for {_algorithm} ({_unfit} other keys)",
            (_, 0, not null) => $"it names the key '{CompactJws.Shown(keyId)}' (kid), and {setting} has no "
                + $"such key for {_algorithm}",
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
