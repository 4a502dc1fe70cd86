using System.Globalization;
using System.Net;
using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>What a stream costs in memory while it has nothing to say, and whether all of them get their heartbeats on
/// time.</summary>
internal static class IdleCommand
{
    /// <summary>How many streams, unless another number is asked for.</summary>
    public const int DefaultStreams = 5000;

    /// <summary>How many streams at most.</summary>
    public const int MaxStreams = 100_000;

    private const int WarmUps = 50;
    private const int OpenedAtOnce = 64;
    private const int StreamsPerAddress = 20_000;
    private const int OtherFiles = 500;
    private const double BytesPerKilobyte = 1024;

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Demo__Delay"] = "01:00:00",
        ["Streaming__Heartbeat"] = IdleStream.Heartbeat.ToString(),
        ["Streaming__MaxDuration"] = "00:00:00",
    };

    /// <summary>Measures and prints.</summary>
    public static async Task RunAsync(int streams, CancellationToken cancellationToken)
    {
        if (OpenFilesLimit() < streams + OtherFiles)
        {
            throw new InvalidOperationException(
                $"Too few open files are allowed: raise the hard limit to {streams + OtherFiles} (ulimit -Hn).");
        }
        var table = new Table(
            "KB per stream", "resident", "anonymous", "resident, collected", "heap", "heartbeats", "late", "errors");
        await MeasureAsync("ours", ServerVariant.LocalHost, Paths.Events, streams, table, cancellationToken);
        await MeasureAsync("bare", ServerVariant.ByHand, Paths.Idle, streams, table, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{streams} idle streams, held {Hold.TotalSeconds} s"));
        table.Print();
    }

    private static async Task MeasureAsync(
        string name, ServerVariant variant, string path, int streams, Table table, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.StartAsync(variant, Settings, cancellationToken);
        var isOurs = variant == ServerVariant.LocalHost;
        await CloseAsync(await OpenAsync(server, path, WarmUps, isOurs, cancellationToken));
        var heapBefore = await server.CollectAsync(cancellationToken);
        var before = server.Memory;

        var open = await OpenAsync(server, path, streams, isOurs, cancellationToken);
        await Task.Delay(Hold, cancellationToken);
        var after = server.Memory;
        var heap = await server.CollectAsync(cancellationToken) - heapBefore;
        var collected = server.Memory;
        await CloseAsync(open);

        double Share(long bytes) => bytes / BytesPerKilobyte / streams;
        table.Add(
            $"{name}",
            $"{Share(after.ResidentBytes - before.ResidentBytes):F1}",
            $"{Share(after.AnonymousBytes - before.AnonymousBytes):F1}",
            $"{Share(collected.ResidentBytes - before.ResidentBytes):F1}",
            $"{Share(heap):F1}",
            $"{open.Sum(stream => stream.Heartbeats)}",
            $"{open.Sum(stream => stream.Late)}",
            $"{open.Count(stream => stream.Failed)}");
    }

    private static async Task<IdleStream[]> OpenAsync(
        ServerProcess server, string path, int count, bool isOurs, CancellationToken cancellationToken)
    {
        var open = new IdleStream[count];
        var few = new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, count, few, async (index, token) =>
        {
            // Each address has only so many ports.
            var source = new IPAddress([127, 0, 0, (byte)(1 + (index / StreamsPerAddress))]);
            var client = await SseClient.ConnectAsync(server.Address, source, token);
            await client.OpenAsync(path, token);
            open[index] = new IdleStream(client, hasFirstEvent: isOurs, hasHeartbeats: isOurs);
        });
        return open;
    }

    private static async Task CloseAsync(IdleStream[] streams)
    {
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    private static long OpenFilesLimit()
    {
        // The runtime has raised the soft limit to the hard one when it started.
        const string Name = "Max open files";
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = limit[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
    }
}
