using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Checks that each subscriber gets each update once and in order from instances that share a Redis. Meanwhile
/// one instance after the other is killed and started again, and its subscribers resume at another instance.</summary>
internal static class InstancesCommand
{
    private const string Topic = "https://example.com/load";
    private const int MaxCount = 1_000_000;
    private const int MaxInstances = 16;
    private const int MaxSeconds = 600;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Measures, and prints the result.</summary>
    /// <returns>The exit code: 0 if every subscriber got every update once and in order.</returns>
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var updates = Math.Max(1, arguments.Count("updates", 2000, MaxCount));
        var options = new LoadOptions
        {
            Subscribers = arguments.Count("subscribers", 500, LoadLimits.MaxStreams()),
            Publishers = Math.Max(1, arguments.Count("publishers", 8, 1000)),
            Rate = arguments.Rate("rate", MaxCount) ?? 40,
            DropsPerSecond = arguments.Rate("drops", MaxCount) ?? 10,
            IsCutEarly = arguments.Is("early-cuts", fallback: true),
        };
        var count = Math.Max(1, arguments.Count("instances", 3, MaxInstances));
        var killEvery = arguments.Seconds("kill-every", 5, MaxSeconds);
        arguments.End();

        await using var redis = await RedisProcess.StartAsync(cancellationToken);
        await using var instances = await InstanceGroup.StartAsync(
            count, redis.SettingsFor("instances"), cancellationToken);
        // Without processor time: the system forgets the processor time of a killed process.
        var target = LoadTarget.Of(instances.Servers, Topic) with { IsRetried = true, Usage = null };
        await using var load = await LoadRun.OpenAsync(target, options, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var killing = killEvery > TimeSpan.Zero ? KillAsync(instances, killEvery, end.Token) : Task.FromResult(0);
        var figures = await load.MeasureAsync(Limit, updates, cancellationToken);
        await end.CancelAsync();
        var kills = await killing;
        var verdict = await load.JudgeAsync(cancellationToken);

        var table = new LoadTable();
        table.Add("instances", figures);
        table.Add("instances", verdict, load.BytesPerStream);
        table.Print();
        var seconds = figures.Duration.TotalSeconds;
        Console.WriteLine(FormattableString.Invariant(
            $"{count} instances, {kills} kills, {load.Retries} times tried to publish again, {seconds:F1} s."));
        var isComplete = figures.Deliveries >= (long)updates * options.Subscribers;
        return verdict.IsGood && verdict.WasCutEarly(options) && isComplete ? 0 : 1;
    }

    private static async Task<int> KillAsync(InstanceGroup instances, TimeSpan every, CancellationToken end)
    {
        using var timer = new PeriodicTimer(every);
        for (var kills = 0; ; kills++)
        {
            try
            {
                await timer.WaitForNextTickAsync(end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return kills;
            }
            // Not canceled in the middle, so that no instance is left half started.
            await instances.KillAndStartAsync(kills % instances.Servers.Count, CancellationToken.None);
        }
    }
}
