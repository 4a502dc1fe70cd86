using System.Collections.Concurrent;
using System.Diagnostics;
using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Load;

/// <summary>A load: subscribers that stay connected, and publishers that publish in rounds.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(5);

    private readonly LoadTarget _target;
    private readonly LoadOptions _options;
    private readonly Subscriber[] _subscribers;
    private readonly SubscriberLoop _loop;
    private readonly Publisher[] _publishers;
    private readonly SemaphoreSlim? _inFlight;
    private readonly ConcurrentDictionary<long, ulong> _answered = new();

    private LoadRun(LoadTarget target, LoadOptions options)
    {
        (_target, _options) = (target, options);
        _subscribers = [.. Enumerable.Range(0, options.Subscribers + options.Stalled).Select(
            number => new Subscriber(number) { IsStalled = number >= options.Subscribers })];
        _inFlight = options.InFlight is { } updates ? new SemaphoreSlim(updates) : null;
        _loop = new SubscriberLoop(target, _subscribers, _inFlight);
        _publishers = [.. Enumerable.Range(0, options.Publishers).Select(
            number => new Publisher(target, number, options.DataBytes, _answered, _inFlight))];
    }

    /// <summary>The server's memory per stream, in bytes, when all streams had opened; null: not known.</summary>
    public double? BytesPerStream { get; private set; }

    /// <summary>The number of retries of all publishers.</summary>
    public int Retries => _publishers.Sum(publisher => publisher.Retries);

    /// <summary>Opens the streams.</summary>
    /// <exception cref="IOException">A stream did not open.</exception>
    public static async Task<LoadRun> OpenAsync(
        LoadTarget target, LoadOptions options, CancellationToken cancellationToken)
    {
        var run = new LoadRun(target, options);
        try
        {
            var before = target.Usage?.ResidentBytes;
            await run._loop.OpenAsync(cancellationToken);
            run.BytesPerStream = (double?)(target.Usage?.ResidentBytes - before) / run._subscribers.Length;
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a round: publishes for a time, or a number of updates, and then waits until all updates are
    /// delivered or deliveries stop.</summary>
    /// <param name="duration">The time of publishing.</param>
    /// <param name="updates">The maximum number of updates; null: no limit.</param>
    /// <param name="cancellationToken">Cancels the round, which then has no figures.</param>
    /// <exception cref="IOException">The server refused an update.</exception>
    public async Task<LoadFigures> MeasureAsync(
        TimeSpan duration, int? updates, CancellationToken cancellationToken)
    {
        var before = await SnapshotAsync(_options.DropsPerSecond, null, cancellationToken);
        var (time, accepted, started) = (_target.Usage?.ProcessorTime, Accepted, Stopwatch.GetTimestamp());

        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            stop.CancelAfter(duration);
            var pace = _options.Rate is { } rate ? TimeSpan.FromSeconds(_publishers.Length / rate) : (TimeSpan?)null;
            // A publisher that fails stops the others. A publisher without a share of the updates publishes nothing.
            await Task.WhenAll(_publishers.Select(async (publisher, number) =>
            {
                var limit = updates is { } all ? ShareOf(all, number) : int.MaxValue;
                try
                {
                    await publisher.RunAsync(pace, limit, stop.Token, cancellationToken);
                }
                catch
                {
                    await stop.CancelAsync();
                    throw;
                }
            }));
        }
        var published = Stopwatch.GetTimestamp();
        var drained = await DrainAsync(cancellationToken);

        var used = _target.Usage?.ProcessorTime - time;
        var after = await SnapshotAsync(0, before, cancellationToken);
        return new LoadFigures
        {
            Duration = Stopwatch.GetElapsedTime(started, Math.Max(published, drained)),
            Updates = Accepted - accepted,
            Deliveries = after.Deliveries - before.Deliveries,
            ProcessorTime = used,
            Latencies = before.Latencies,
            LastDeliveries = after.LastDeliveries,
            DeliveriesPerReceive = (double)(after.Deliveries - before.Deliveries) / (after.Receives - before.Receives),
        };
    }

    /// <summary>Checks whether every subscriber got every update once and in order.</summary>
    public Task<LoadVerdict> JudgeAsync(CancellationToken cancellationToken) => _loop.AskAsync(
        () =>
        {
            var expected = _options.IsDelivered ? Accepted : 0;
            var lost = _subscribers.Where(subscriber => !subscriber.IsStalled)
                .Sum(subscriber => expected - DeliveryOrder.Unique(subscriber.Place));
            var order = _loop.Order;
            var otherIds = order.OtherIds + order.CountOtherIds(_answered);
            return new LoadVerdict(lost, order.Doubled, order.OutOfOrder, otherIds, _loop.Counts with { });
        },
        cancellationToken);

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var publisher in _publishers) publisher.Dispose();
        _loop.Dispose();
        _inFlight?.Dispose();
        return ValueTask.CompletedTask;
    }

    private long Accepted => _publishers.Sum(publisher => (long)publisher.Accepted);

    private int ShareOf(int updates, int publisher) =>
        (updates / _publishers.Length) + (publisher < updates % _publishers.Length ? 1 : 0);

    private async Task<long> DrainAsync(CancellationToken cancellationToken)
    {
        var expected = _options.IsDelivered ? Accepted * _options.Subscribers : 0;
        var (last, changed) = (_loop.Deliveries, Stopwatch.GetTimestamp());
        using var timer = new PeriodicTimer(DrainStep);
        while (last < expected && Stopwatch.GetElapsedTime(changed) < LoadLimits.Patience)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            if (_loop.Deliveries == last) continue;
            (last, changed) = (_loop.Deliveries, Stopwatch.GetTimestamp());
        }
        return changed;
    }

    // Called between two rounds. Starts a new histogram of latencies.
    private Task<Snapshot> SnapshotAsync(
        double dropsPerSecond, Snapshot? before, CancellationToken cancellationToken) => _loop.AskAsync(
        () =>
        {
            var order = _loop.Order;
            _loop.DropsPerSecond = dropsPerSecond;
            if (before is null && _options.IsCutEarly) _loop.DropEarly();
            order.Latencies = new Histogram();
            var lastDeliveries = order.LastDeliveries(before?.Updates ?? order.Count);
            return new Snapshot(
                _loop.Deliveries, _loop.Counts.DeliveringReceives, order.Count, order.Latencies, lastDeliveries);
        },
        cancellationToken);

    private sealed record Snapshot(
        long Deliveries, long Receives, int Updates, Histogram Latencies, Histogram LastDeliveries);
}
