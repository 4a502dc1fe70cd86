using System.Globalization;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures the memory of streams without events, and whether their heartbeats are on time.</summary>
internal static class IdleCommand
{
    /// <summary>The default number of the demo's streams.</summary>
    public const int DefaultStreams = 5000;

    /// <summary>The default number of the hub's streams, unless the limit of open files is lower.</summary>
    public static int DefaultHubStreams => Math.Min(20_000, LoadLimits.MaxStreams());

    /// <summary>The maximum number of streams.</summary>
    public const int MaxStreams = 100_000;

    private const int WarmUps = 50;
    private const double BytesPerKilobyte = 1024;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);

    // Until tiered compilation of the code for heartbeats has ended.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);
    private static readonly Dictionary<string, string> Settings = new(HubSettings.With(Heartbeat))
    {
        ["Demo__Delay"] = "01:00:00",
    };

    /// <summary>Measures the demo's streams, and prints the result.</summary>
    public static Task RunAsync(int streams, CancellationToken cancellationToken) => RunAsync(
        [
            new("ours", ServerVariant.LocalHost, Paths.Events, HasFirstEvent: true),
            new("bare", ServerVariant.ByHand, Paths.Idle),
        ],
        streams,
        cancellationToken);

    /// <summary>Measures the hub's streams, all with one topic and then each with its own, and prints the
    /// result.</summary>
    public static Task RunHubAsync(int streams, CancellationToken cancellationToken) => RunAsync(
        [
            new("one topic", ServerVariant.LocalHost, $"{Paths.Hub}?topic=idle"),
            new("a topic each", ServerVariant.LocalHost, $"{Paths.Hub}?topic=idle%2F{LoadTarget.NumberMark}"),
            new("bare", ServerVariant.ByHand, Paths.Idle),
        ],
        streams,
        cancellationToken);

    private static async Task RunAsync(IdleCase[] cases, int streams, CancellationToken cancellationToken)
    {
        if (streams > LoadLimits.MaxStreams())
        {
            throw new UsageException(
                $"The limit of open files allows only {LoadLimits.MaxStreams()} streams: raise it (ulimit -Hn).");
        }
        var table = new Table(
            "KB per stream", "resident", "anonymous", "resident, collected", "heap", "heartbeats", "late", "errors");
        foreach (var idle in cases) await MeasureAsync(idle, streams, table, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{streams} idle streams, held {Hold.TotalSeconds} s"));
        table.Print();
    }

    private static async Task MeasureAsync(
        IdleCase idle, int streams, Table table, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.StartAsync(idle.Server, Settings, cancellationToken);
        await CloseAsync(await OpenAsync(server, idle, WarmUps, cancellationToken));
        var heapBefore = await server.CollectAsync(cancellationToken);
        var before = server.Memory;

        var open = await OpenAsync(server, idle, streams, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        await Task.Delay(Hold, cancellationToken);
        var after = server.Memory;
        var heap = await server.CollectAsync(cancellationToken) - heapBefore;
        var collected = server.Memory;
        await CloseAsync(open);

        double Share(long bytes) => bytes / BytesPerKilobyte / streams;
        table.Add(
            $"{idle.Name}",
            $"{Share(after.ResidentBytes - before.ResidentBytes):F1}",
            $"{Share(after.AnonymousBytes - before.AnonymousBytes):F1}",
            $"{Share(collected.ResidentBytes - before.ResidentBytes):F1}",
            $"{Share(heap):F1}",
            $"{open.Sum(stream => stream.Heartbeats)}",
            $"{open.Sum(stream => stream.Late)}",
            $"{open.Count(stream => stream.Failed)}");
    }

    private static Task<IdleStream[]> OpenAsync(
        ServerProcess server, IdleCase idle, int count, CancellationToken cancellationToken)
    {
        TimeSpan? heartbeat = idle.Server == ServerVariant.LocalHost ? Heartbeat : null;
        return IdleStream.OpenAsync(server, idle.Path, count, heartbeat, idle.HasFirstEvent, cancellationToken);
    }

    private static async Task CloseAsync(IdleStream[] streams)
    {
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    private sealed record IdleCase(string Name, ServerVariant Server, string Path, bool HasFirstEvent = false);
}
