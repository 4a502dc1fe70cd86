using System.Globalization;

namespace SseFunctions.Benchmarks.Load;

/// <summary>What holds for every load.</summary>
internal static class LoadLimits
{
    /// <summary>How many streams are asked for and not yet open, at most.</summary>
    public const int OpenedAtOnce = 64;

    /// <summary>How many streams come from one address, where the server is on loopback.</summary>
    public const int StreamsPerAddress = 10_000;

    /// <summary>The last byte of the last address, 127.0.0.x, that they come from.</summary>
    public const byte MaxAddress = 32;

    /// <summary>How much the system takes for a subscriber that reads nothing.</summary>
    public const int StalledReceiveBytes = 4096;

    // The runtime's own files, and a few connections.
    private const int OtherFiles = 500;

    /// <summary>How long a stream may take to open, or deliveries not to come, before it is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a subscriber whose connection was broken off waits at most before it comes back.</summary>
    public static readonly TimeSpan MaxAbsence = TimeSpan.FromMilliseconds(500);

    /// <summary>How many streams a process can have open. The runtime has raised the soft limit to the hard one when it
    /// started.</summary>
    public static int MaxStreams()
    {
        const string Name = "Max open files";
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = limit[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        var files = soft == "unlimited" ? int.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
        return (int)Math.Min(int.MaxValue, files - OtherFiles);
    }
}
