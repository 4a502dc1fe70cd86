using System.Globalization;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The limits of every load.</summary>
internal static class LoadLimits
{
    /// <summary>The maximum number of streams that are being opened at the same time.</summary>
    public const int OpenedAtOnce = 64;

    /// <summary>The number of streams per local address, if the server is on loopback.</summary>
    public const int StreamsPerAddress = 10_000;

    /// <summary>The last byte of the last local address, 127.0.0.x.</summary>
    public const byte MaxAddress = 32;

    /// <summary>The receive buffer of a subscriber that reads nothing, in bytes.</summary>
    public const int StalledReceiveBytes = 4096;

    // Files that the runtime opens, and a few connections.
    private const int OtherFiles = 500;

    /// <summary>The time after which a stream that does not open, or a pause without deliveries, ends the
    /// load.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The longest time that a subscriber with a broken connection waits before it reconnects.</summary>
    public static readonly TimeSpan MaxAbsence = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets the number of streams that this process can open. At its start the runtime has raised the soft
    /// limit of open files to the hard limit.</summary>
    public static int MaxStreams()
    {
        const string Name = "Max open files";
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = limit[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        var files = soft == "unlimited" ? int.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
        return (int)Math.Min(int.MaxValue, files - OtherFiles);
    }
}
