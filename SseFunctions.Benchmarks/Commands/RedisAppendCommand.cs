using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Log;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures appends to the log in a running Redis, by many publishers at once. Each publisher waits for its
/// answer. Compare the result with XADD in redis-benchmark.</summary>
internal static class RedisAppendCommand
{
    private const int Publishers = 1000;
    private const int DataLength = 200;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    /// <summary>Measures with ids of the log, then with ids of the publishers.</summary>
    public static async Task RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        foreach (var ownIds in (bool[])[false, true])
        {
            var rate = await MeasureAsync(connectionString, ownIds, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(ownIds ? "publishers' ids" : "ids of the log"),-16} {rate,10:N0} appends/s"));
        }
    }

    private static async Task<double> MeasureAsync(
        string connectionString, bool ownIds, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        await using var connection = new RedisConnection(
            new RedisOptions { ConnectionString = connectionString, KeyPrefix = $"append-{Guid.NewGuid()}" },
            new RedisConnectionMetrics(meters),
            TimeProvider.System,
            NullLogger<RedisConnection>.Instance);
        await using var log = new RedisEventLog(
            connection,
            new LogLimits(10_000, 64 * 1024 * 1024, TimeSpan.FromDays(1)),
            TimeProvider.System,
            new RedisMirrorMetrics(meters),
            NullLogger<RedisEventLog>.Instance);
        await log.StartAsync(cancellationToken);
        var count = 0L;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var data = new string('x', DataLength);
        var publishers = Enumerable.Range(0, Publishers).Select(number => Task.Run(
            async () =>
            {
                for (var own = 0; !done.IsCancellationRequested; own++)
                {
                    await log.AppendAsync(
                        new Update(["a"], data) { Id = ownIds ? $"{number}-{own}" : null }, cancellationToken);
                    Interlocked.Increment(ref count);
                }
            },
            cancellationToken)).ToArray();
        await Task.Delay(WarmUp, cancellationToken);
        var before = Interlocked.Read(ref count);
        var watch = Stopwatch.StartNew();
        await Task.Delay(Measured, cancellationToken);
        var rate = (Interlocked.Read(ref count) - before) / watch.Elapsed.TotalSeconds;
        await done.CancelAsync();
        await Task.WhenAll(publishers);
        return rate;
    }
}
