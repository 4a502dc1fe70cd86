using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures the effect of subscribers that stop reading on the other subscribers and on the server's
/// memory.</summary>
internal static class StalledCommand
{
    private const string Topic = "https://example.com/load";
    private const int MaxRounds = 50;
    private const int MaxSeconds = 120;
    private const int MaxRate = 100_000;
    private const int MaxDataBytes = 64 * 1024;
    private const double BytesPerMegabyte = 1024 * 1024;
    private const double Half = 0.5;
    private const double NearlyAll = 0.99;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        // Enough data to fill the system's buffers soon, which are some megabytes per connection.
        var without = new LoadOptions
        {
            Subscribers = arguments.Count("subscribers", 50, LoadLimits.MaxStreams()),
            Publishers = 4,
            Rate = arguments.Rate("rate", MaxRate) ?? 100,
            DataBytes = Math.Max(Stamp.MinBytes, arguments.Count("data", 16 * 1024, MaxDataBytes)),
        };
        var with = without with { Stalled = arguments.Count("stalled", 1, LoadLimits.MaxStreams()) };
        var duration = arguments.Seconds("seconds", 5, MaxSeconds);
        var rounds = Math.Max(1, arguments.Count("rounds", 3, MaxRounds));
        var name = arguments.Text("server") ?? HubServer.Ours;
        arguments.End();

        await using var server = await ServerProcess.StartAsync(
            HubServer.Parse(name), HubSettings.All, cancellationToken);
        var table = new Table("latency in ms", "p50", "p99", "max", "server MB", "lost", "doubled", "out of order");
        var isGood = true;
        await MeasureAsync(without, WarmUp, table, "warm-up");
        var p99s = (Without: new List<double>(), With: new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            p99s.Without.Add(await MeasureAsync(without, duration, table, "all read"));
            p99s.With.Add(await MeasureAsync(with, duration, table, $"{with.Stalled} do not"));
        }
        table.Print();
        Console.WriteLine(FormattableString.Invariant(
            $"p99, medians: {p99s.Without.Median():F1} ms; beside those that do not read {p99s.With.Median():F1} ms"));
        return isGood ? 0 : 1;

        async Task<double> MeasureAsync(LoadOptions options, TimeSpan time, Table into, string label)
        {
            await using var load = await LoadRun.OpenAsync(LoadTarget.Of(server, Topic), options, cancellationToken);
            var figures = await load.MeasureAsync(time, null, cancellationToken);
            var verdict = await load.JudgeAsync(cancellationToken);
            isGood &= verdict.IsGood;
            into.Add(
                $"{label}",
                $"{figures.Latencies.Percentile(Half):F2}",
                $"{figures.Latencies.Percentile(NearlyAll):F2}",
                $"{figures.Latencies.Maximum:F2}",
                $"{server.Memory.ResidentBytes / BytesPerMegabyte:F0}",
                $"{verdict.Lost}",
                $"{verdict.Doubled}",
                $"{verdict.OutOfOrder}");
            return figures.Latencies.Percentile(NearlyAll);
        }
    }
}
