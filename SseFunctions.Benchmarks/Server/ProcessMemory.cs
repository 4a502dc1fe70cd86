using System.Globalization;

namespace SseFunctions.Benchmarks.Server;

/// <summary>How much memory a process has, in bytes, by /proc.</summary>
/// <param name="ResidentBytes">All of it that is in RAM.</param>
/// <param name="AnonymousBytes">Of that, what no file backs: heap, stacks, the buffers of the connections.</param>
internal sealed record ProcessMemory(long ResidentBytes, long AnonymousBytes)
{
    private const int BytesPerKilobyte = 1024;

    /// <summary>Reads it.</summary>
    public static ProcessMemory Of(int processId)
    {
        var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"));
        return new ProcessMemory(Read(lines, "VmRSS:"), Read(lines, "RssAnon:"));
    }

    private static long Read(string[] lines, string name)
    {
        var value = lines.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];
        var kilobytes = value.AsSpan()[..value.IndexOf("kB", StringComparison.Ordinal)].Trim();
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) * BytesPerKilobyte;
    }
}
