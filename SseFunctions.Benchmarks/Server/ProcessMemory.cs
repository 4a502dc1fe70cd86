using System.Globalization;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The memory of a process, from /proc.</summary>
/// <param name="ResidentBytes">The memory in RAM, in bytes.</param>
/// <param name="AnonymousBytes">The part of it that no file backs: heap, stacks, the buffers of the
/// connections.</param>
internal sealed record ProcessMemory(long ResidentBytes, long AnonymousBytes)
{
    private const int BytesPerKilobyte = 1024;

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
