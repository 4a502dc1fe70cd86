using System.Diagnostics;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The processor time and memory of the processes that together are one server.</summary>
internal sealed class ProcessUsage(IReadOnlyList<int> processIds)
{
    /// <summary>The processor time of all processes, user and system.</summary>
    /// <exception cref="IOException">A process has ended.</exception>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(processIds.Sum(processId => TimeOf(processId).Ticks));

    /// <summary>The memory of all processes in RAM, in bytes.</summary>
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
            throw new IOException("A process of the server has ended.", exception);
        }
    }
}
