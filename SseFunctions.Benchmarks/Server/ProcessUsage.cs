using System.Diagnostics;

namespace SseFunctions.Benchmarks.Server;

/// <summary>What some processes, which together are one server, have used.</summary>
/// <param name="processIds">Which.</param>
internal sealed class ProcessUsage(IReadOnlyList<int> processIds)
{
    /// <summary>The processor time of all, user and system.</summary>
    /// <exception cref="IOException">One of them is gone.</exception>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(processIds.Sum(processId => TimeOf(processId).Ticks));

    /// <summary>The memory of all, in RAM.</summary>
    public long ResidentBytes => processIds.Sum(processId => ProcessMemory.Of(processId).ResidentBytes);

    private static TimeSpan TimeOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.TotalProcessorTime;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new IOException("The server is gone.", exception);
        }
    }
}
