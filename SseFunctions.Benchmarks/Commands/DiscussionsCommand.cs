using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures how old words are when they reach the viewers of many discussions, and the memory of a discussion:
/// with topic logs in memory, and in Redis.</summary>
internal static class DiscussionsCommand
{
    private const int MaxDiscussions = 5000;
    private const int MaxViewers = 1000;
    private const int MaxRate = 1000;
    private const int MaxSeconds = 300;
    private const double BytesPerKilobyte = 1024;
    private const double P50 = 0.5;
    private const double P99 = 0.99;

    // All viewers connect at once, and the server compiles its code. The first figures are for the words after that.
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    /// <summary>Runs the loads and prints a table. The exit code is 1 if a viewer has missed a word.</summary>
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var discussions = arguments.Count("discussions", 200, MaxDiscussions);
        var viewers = arguments.Count("viewers", 10, MaxViewers);
        var rate = arguments.Count("rate", 40, MaxRate);
        var seconds = arguments.Count("seconds", 20, MaxSeconds);
        var hasRedis = arguments.Is("redis", fallback: true);
        arguments.End();
        var settings = HubSettings.All;
        settings["Discussions__Anonymous"] = "true";
        settings["Discussions__MaxConcurrent"] = $"{MaxDiscussions}";
        settings["Discussions__MaxConcurrentPerClient"] = "0";
        settings["Discussions__MaxStartsPerMinute"] = "0";
        settings["Discussions__TokensPerDay"] = "0";
        settings[SpeakingModel.Setting] = string.Create(CultureInfo.InvariantCulture, $"{rate},{rate * seconds}");

        var table = new Table(
            $"{discussions} discussions, {viewers} viewers each, {rate} words/s", "ms from word to viewer: p50", "p99",
            "max", "p99 with the start", "processor time", "KB of heap per discussion: watched", "ended",
            "missed words");
        var expected = (long)discussions * viewers * rate * seconds;
        var missed = await MeasureAsync(
            "memory", settings, discussions, viewers, seconds, expected, table, cancellationToken);
        if (hasRedis)
        {
            await using var redis = await RedisProcess.StartAsync(cancellationToken);
            settings["Redis__ConnectionString"] = redis.ConnectionString;
            missed += await MeasureAsync(
                "Redis", settings, discussions, viewers, seconds, expected, table, cancellationToken);
        }
        table.Print();
        return missed == 0 ? 0 : 1;
    }

    private static async Task<long> MeasureAsync(
        string name,
        Dictionary<string, string> settings,
        int discussions,
        int viewers,
        int seconds,
        long expected,
        Table table,
        CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.StartAsync(ServerVariant.LocalHost, settings, cancellationToken);
        // The first discussion has the code compiled.
        await WatchAsync(server, 1, 1, "warm", cancellationToken);
        var half = TimeSpan.FromSeconds(seconds) / 2;
        var used = server.ProcessorTime;
        var running = WatchAsync(server, discussions, viewers, "d", cancellationToken);
        await Task.Delay(half, cancellationToken);
        var busy = (server.ProcessorTime - used) / half;
        var seen = await running;
        // A second load for the memory: a collection holds all words up.
        var before = await server.CollectAsync(cancellationToken);
        running = WatchAsync(server, discussions, viewers, "m", cancellationToken);
        await Task.Delay(half, cancellationToken);
        var heapWatched = await server.CollectAsync(cancellationToken) - before;
        await running;
        await Task.Delay(Settle, cancellationToken);
        var heapEnded = await server.CollectAsync(cancellationToken) - before;
        var ages = Histogram.Sum(seen.Select(viewer => viewer.Ages));
        var steady = Histogram.Sum(seen.Select(viewer => viewer.SteadyAges));
        var missed = expected - ages.Count - seen.Sum(viewer => viewer.Earlier);
        table.Add(
            $"{name}",
            $"{steady.Percentile(P50):F0}",
            $"{steady.Percentile(P99):F0}",
            $"{steady.Maximum:F0}",
            $"{ages.Percentile(P99):F0}",
            $"{busy:P0}",
            $"{heapWatched / BytesPerKilobyte / discussions:F0}",
            $"{heapEnded / BytesPerKilobyte / discussions:F0}",
            $"{missed}");
        return missed;
    }

    private static async Task<DiscussionViewer[]> WatchAsync(
        ServerProcess server, int discussions, int viewers, string prefix, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{server.Address}") };
        var start = new
        {
            topic = "How old is a word?",
            participants = new[] { new { name = "A" }, new { name = "B" } },
            limits = new { turns = 1 },
        };
        for (var number = 0; number < discussions; number++)
        {
            using var answer = await http.PutAsJsonAsync($"/discussions/{prefix}{number}", start, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
        var began = Stopwatch.GetTimestamp();
        DiscussionViewer[] all =
            [.. Enumerable.Range(0, discussions * viewers).Select(_ => new DiscussionViewer(began, Ramp))];
        await Task.WhenAll(all.Select(
            (viewer, index) => viewer.RunAsync(server.Address, $"{prefix}{index % discussions}", cancellationToken)));
        return all;
    }
}
