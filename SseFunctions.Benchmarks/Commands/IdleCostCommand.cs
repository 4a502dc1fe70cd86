using System.Diagnostics;
using System.Globalization;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures the processor time of streams without events: of the hub, and of servers written by hand that send
/// no heartbeats.</summary>
internal static class IdleCostCommand
{
    private const int DefaultStreams = 1000;
    private const int DefaultSeconds = 60;
    private const int DefaultRounds = 5;
    private const int MaxSeconds = 600;
    private const int MaxRounds = 50;
    private const double MillisecondsPerSecond = 1000;
    private const double ReportedStreams = 1000;
    private const string Topic = $"{Paths.Hub}?topic=idle";

    // Long enough for tiered compilation.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(60);

    private static readonly IdleCase[] Cases =
    [
        new("hub, a heartbeat every 15 s", ServerVariant.LocalHost, Topic, TimeSpan.FromSeconds(15)),
        new("hub, a heartbeat every 5 s", ServerVariant.LocalHost, Topic, TimeSpan.FromSeconds(5)),
        new("hub without heartbeats", ServerVariant.LocalHost, Topic),
        new("ring", ServerVariant.Ring, Topic),
        new("bare", ServerVariant.ByHand, Paths.Idle),
    ];

    /// <summary>Measures, and prints the result.</summary>
    /// <returns>The exit code: 0 if no stream ended.</returns>
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var streams = Math.Max(1, arguments.Count("streams", DefaultStreams, LoadLimits.MaxStreams() / Cases.Length));
        var duration = arguments.Seconds("seconds", DefaultSeconds, MaxSeconds);
        var rounds = Math.Max(1, arguments.Count("rounds", DefaultRounds, MaxRounds));
        arguments.End();

        var servers = new List<IdleServer>();
        try
        {
            foreach (var idle in Cases) servers.Add(await IdleServer.StartAsync(idle, streams, cancellationToken));
            await Task.Delay(WarmUp, cancellationToken);
            // All are measured at the same time: idle servers hardly disturb each other.
            for (var round = 0; round < rounds; round++)
            {
                var (used, started) = (servers.ConvertAll(server => server.ProcessorTime), Stopwatch.GetTimestamp());
                await Task.Delay(duration, cancellationToken);
                var elapsed = Stopwatch.GetElapsedTime(started);
                foreach (var (server, before) in servers.Zip(used))
                {
                    var share = (server.ProcessorTime - before) / elapsed;
                    server.Rounds.Add(share * MillisecondsPerSecond * ReportedStreams / streams);
                }
            }
            Print(servers, streams, duration, rounds);
            return servers.All(server => server.Errors == 0) ? 0 : 1;
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    private static void Print(List<IdleServer> servers, int streams, TimeSpan duration, int rounds)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{streams} idle streams at each server; {rounds} rounds of {duration.TotalSeconds} s, after a warm-up."));
        var table = new Table("ms CPU a second for 1000 streams", "median", "lowest", "highest", "errors");
        foreach (var server in servers)
        {
            table.Add(
                $"{server.Name}",
                $"{server.Rounds.Median():F2}",
                $"{server.Rounds.Min():F2}",
                $"{server.Rounds.Max():F2}",
                $"{server.Errors}");
        }
        table.Print();
    }

    private sealed record IdleCase(string Name, ServerVariant Server, string Path, TimeSpan? Heartbeat = null);

    private sealed class IdleServer(string name, ServerProcess process, IdleStream[] streams) : IAsyncDisposable
    {
        public string Name => name;

        public TimeSpan ProcessorTime => process.ProcessorTime;

        public List<double> Rounds { get; } = [];

        public int Errors => streams.Count(stream => stream.Failed);

        public static async Task<IdleServer> StartAsync(
            IdleCase idle, int streams, CancellationToken cancellationToken)
        {
            var process = await ServerProcess.StartAsync(
                idle.Server, HubSettings.With(idle.Heartbeat ?? TimeSpan.Zero), cancellationToken);
            try
            {
                return new IdleServer(idle.Name, process, await IdleStream.OpenAsync(
                    process, idle.Path, streams, idle.Heartbeat, hasFirstEvent: false, cancellationToken));
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var stream in streams) await stream.DisposeAsync();
            await process.DisposeAsync();
        }
    }
}
