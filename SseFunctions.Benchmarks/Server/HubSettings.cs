using System.Security.Cryptography;
using SseFunctions.Benchmarks.Load;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The settings of the hub under a load.</summary>
internal static class HubSettings
{
    private const int KeyBytes = 32;

    private static readonly string Key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>A token with all rights, for the servers that this process starts.</summary>
    public static readonly string Token = AccessToken.For(Key);

    /// <summary>The settings, with the names of environment variables.</summary>
    public static Dictionary<string, string> All => new()
    {
        ["Hub__Publisher__Key"] = Key,
        ["Hub__Anonymous"] = "true",
        ["Hub__MaxSubscribers"] = "100000",
        ["Hub__History__MaxCount"] = "100000",
        ["Hub__History__MaxBytes"] = "268435456",
        ["Streaming__MaxDuration"] = "00:00:00",
    };

    /// <summary>The same settings with another heartbeat interval.</summary>
    public static Dictionary<string, string> With(TimeSpan heartbeat)
    {
        var settings = All;
        settings["Streaming__Heartbeat"] = heartbeat.ToString();
        return settings;
    }
}
