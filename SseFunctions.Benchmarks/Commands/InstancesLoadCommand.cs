using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Compares instances that share a Redis with one instance whose log is in memory.</summary>
internal static class InstancesLoadCommand
{
    private const string InMemory = "in memory";
    private const int MaxInstances = 16;
    private const int MaxPublishers = 1000;
    private const int MaxRate = 100_000;
    private const int MaxRounds = 50;
    private const int MaxSeconds = 60;
    private const double Half = 0.5;
    private const double NearlyAll = 0.99;
    private const double MicrosecondsPerSecond = 1e6;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Measures, and prints the result.</summary>
    /// <returns>The exit code: 0 if every subscriber got every update once and in order.</returns>
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var counts = arguments.Counts("instances") ?? [1, 2, 3];
        if (counts.Any(count => count is < 1 or > MaxInstances))
            throw new UsageException($"--instances must be numbers from 1 to {MaxInstances}, with commas.");
        var paced = new LoadOptions
        {
            Subscribers = arguments.Count("subscribers", 50, LoadLimits.MaxStreams()),
            Publishers = Math.Max(1, arguments.Count("publishers", 4, MaxPublishers)),
            Rate = arguments.Rate("rate", MaxRate) ?? 50,
        };
        var fast = new LoadOptions
        {
            Subscribers = arguments.Count("fast-subscribers", 300, LoadLimits.MaxStreams()),
            Publishers = Math.Max(1, arguments.Count("fast-publishers", 16, MaxPublishers)),
        };
        var duration = arguments.Seconds("seconds", 5, MaxSeconds);
        var rounds = Math.Max(1, arguments.Count("rounds", 3, MaxRounds));
        arguments.End();

        await using var redis = await RedisProcess.StartAsync(cancellationToken);
        var isGood = await RunAsync("at a rate", paced, counts, redis, duration, rounds, cancellationToken);
        Console.WriteLine();
        isGood &= await RunAsync("as fast as it goes", fast, counts, redis, duration, rounds, cancellationToken);
        return isGood ? 0 : 1;
    }

    private static async Task<bool> RunAsync(
        string what,
        LoadOptions options,
        int[] counts,
        RedisProcess redis,
        TimeSpan duration,
        int rounds,
        CancellationToken cancellationToken)
    {
        var candidates = new List<InstancesCandidate>();
        try
        {
            candidates.Add(await InstancesCandidate.StartAsync(
                InMemory, 1, HubSettings.All, options, cancellationToken));
            foreach (var count in counts)
            {
                var name = FormattableString.Invariant($"Redis, {count}");
                var settings = redis.SettingsFor($"{Guid.NewGuid()}");
                candidates.Add(await InstancesCandidate.StartAsync(
                    name, count, settings, options, cancellationToken));
            }
            foreach (var candidate in candidates)
                await candidate.Load.MeasureAsync(WarmUp, null, cancellationToken);
            for (var round = 0; round < rounds; round++)
            {
                foreach (var candidate in candidates) await candidate.MeasureAsync(redis, duration, cancellationToken);
            }
            Console.WriteLine(FormattableString.Invariant(
                $"{what}: {options.Subscribers} subscribers, {options.Publishers} publishers; {rounds} rounds."));
            return await PrintAsync(candidates, cancellationToken);
        }
        finally
        {
            foreach (var candidate in candidates) await candidate.DisposeAsync();
        }
    }

    private static async Task<bool> PrintAsync(List<InstancesCandidate> candidates, CancellationToken cancellationToken)
    {
        var table = new LoadTable();
        var differences = new Table("against in memory", "p50 ms", "p99", "deliveries/s", "Redis: us CPU an update");
        var isGood = true;
        foreach (var candidate in candidates)
        {
            table.AddMedians(candidate.Name, candidate.Rounds);
            var verdict = await candidate.Load.JudgeAsync(cancellationToken);
            table.Add(candidate.Name, verdict, candidate.Load.BytesPerStream);
            isGood &= verdict.IsGood;

            // Compares figures of the same round, which were measured one after the other.
            double MedianOf(Func<LoadFigures, LoadFigures, double> figure) =>
                candidate.Rounds.Zip(candidates[0].Rounds, figure).Median();
            double MedianOfMore(double share) =>
                MedianOf((its, memory) => its.Latencies.Percentile(share) - memory.Latencies.Percentile(share));
            differences.Add(
                $"{candidate.Name}",
                $"{MedianOfMore(Half):+0.0;-0.0;0.0}",
                $"{MedianOfMore(NearlyAll):+0.0;-0.0;0.0}",
                $"x {MedianOf((its, memory) => its.DeliveriesPerSecond / memory.DeliveriesPerSecond):F2}",
                $"{candidate.RedisTimes.Median() * MicrosecondsPerSecond:F1}");
        }
        table.Print();
        Console.WriteLine();
        differences.Print();
        return isGood;
    }
}
