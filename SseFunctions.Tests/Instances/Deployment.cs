using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Instances;

/// <summary>Instances that share one Redis, with publishers and subscribers that move from one instance to the next.
/// </summary>
internal sealed class Deployment : IAsyncDisposable
{
    /// <summary>The data of the last update.</summary>
    public const string End = "end";

    private readonly CancellationTokenSource _endOfSubscribing = new();
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero, MaxResponseDrainSize = 0 })
        {
            Timeout = Limits.Soon,
        };

    private CancellationTokenSource _endOfPublishing = new();
    private Task _publishing = Task.CompletedTask;
    private Task _subscribing = Task.CompletedTask;

    private Deployment(Instance[] instances) => Instances = instances;

    public IReadOnlyList<Instance> Instances { get; }

    public NumberingPublisher[] Publishers { get; private set; } = [];

    public MovingSubscriber[] Subscribers { get; private set; } = [];

    public static async Task<Deployment> Start(int instances, string connectionString) => new(await Task.WhenAll(
        Enumerable.Range(0, instances).Select(_ => Instance.Start(
            ("Redis__ConnectionString", connectionString),
            ("Hub__History__MaxCount", "200000"),
            ("Logging__LogLevel__Default", "Warning")))));

    /// <summary>Starts the subscribers and the publishers, and waits until each has had some success.</summary>
    public async Task Load(int publishers = 4, int subscribers = 9, bool haveIds = true)
    {
        Subscribers = [.. Enumerable.Range(0, subscribers).Select(
            number => new MovingSubscriber(number, Instances, _http) { Stays = number % 3 == 2 })];
        Publishers = [.. Enumerable.Range(0, publishers).Select(
            number => new NumberingPublisher(number, Instances, _http) { HasIds = haveIds })];
        var arrived = Task.WhenAll(Subscribers.Select(subscriber => subscriber.Gets(1)));
        _subscribing =
            Task.WhenAll(Subscribers.Select(subscriber => Task.Run(() => subscriber.Run(_endOfSubscribing.Token))));
        Resume();
        await Or(_subscribing, arrived);
        await Publishes(50);
    }

    /// <summary>Waits until each publisher has published some more updates.</summary>
    public Task Publishes(int each) =>
        Or(_publishing, Task.WhenAll(Publishers.Select(publisher => publisher.Takes(each))));

    /// <summary>Waits until each publisher has been refused some more times.</summary>
    public Task IsRefused(int times) =>
        Or(_publishing, Task.WhenAll(Publishers.Select(publisher => publisher.IsRefused(times))));

    /// <summary>Waits until all subscribers have all published updates. Only valid while the publishers are paused and
    /// no update is lost.</summary>
    public async Task AllHaveEverything()
    {
        var taken = Publishers.Sum(publisher => publisher.Taken.Count);
        var limit = DateTime.UtcNow + Limits.Soon;
        while (Subscribers.Min(subscriber => subscriber.Received.Count) is var least && least < taken)
        {
            Assert.True(DateTime.UtcNow < limit, $"A subscriber has {least} of {taken} updates.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Stops the publishers, and waits until each has received its last answer.</summary>
    public async Task Pause()
    {
        await _endOfPublishing.CancelAsync();
        await _publishing.Within("end of publishing");
    }

    /// <summary>Starts the publishers again.</summary>
    public void Resume()
    {
        _endOfPublishing.Dispose();
        _endOfPublishing = new CancellationTokenSource();
        _publishing =
            Task.WhenAll(Publishers.Select(publisher => Task.Run(() => publisher.Run(_endOfPublishing.Token))));
    }

    /// <summary>Stops the publishers, and waits until the last update has reached all subscribers.</summary>
    public async Task Finish()
    {
        await Pause();
        var last = new NumberingPublisher(0, Instances, _http);
        await last.Publish(End).Within("end taken");
        await Or(_subscribing, Task.WhenAll(Subscribers.Select(subscriber => subscriber.GetsTheEnd())));
        await _endOfSubscribing.CancelAsync();
        await _subscribing.Within("end of subscribing");
    }

    /// <summary>Finishes, and asserts that each subscriber has received all published updates, once and in order, and
    /// was never told about a loss.</summary>
    public async Task NothingIsWrong()
    {
        await Finish();
        var log = await ReadLog();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Subscribers.Sum(subscriber => subscriber.Everything.Count)} deliveries, "
            + $"{Subscribers.Sum(subscriber => subscriber.Resumed)} times resumed");
        Assert.Equal(Verdict.Good, Judge(log));
        Assert.Equal(0, Subscribers.Sum(subscriber => subscriber.Told));
        Assert.True(Subscribers.Sum(subscriber => subscriber.Resumed) > Subscribers.Length, "Nobody moved.");
        Assert.Equal(Publishers.Sum(publisher => publisher.Taken.Count) + 1, log.Count);
        foreach (var publisher in Publishers)
        {
            var own = publisher.Taken.ToHashSet();
            Assert.Equal(publisher.Taken, log.Where(own.Contains));
        }
    }

    /// <summary>Reads the data of all updates in the log, with a new subscriber.</summary>
    public async Task<List<string>> ReadLog()
    {
        var reader = new MovingSubscriber(0, Instances, _http) { Stays = true };
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() => reader.Run(stop.Token));
        await Or(reading, reader.GetsTheEnd());
        await stop.CancelAsync();
        await reading;
        return [.. reader.Received.Select(next => next.Data)];
    }

    /// <summary>Compares the log with the updates that each subscriber has received since it was last told about a
    /// loss.</summary>
    public Verdict Judge(IReadOnlyList<string> log) => Subscribers
        .Select(subscriber => Verdict.Of(log, [.. subscriber.Received.Select(next => next.Data)]))
        .Aggregate(Verdict.Good, (sum, next) => sum + next);

    public async ValueTask DisposeAsync()
    {
        await _endOfPublishing.CancelAsync();
        await _endOfSubscribing.CancelAsync();
        // Makes publishers and subscribers that are still trying fail.
        _http.Dispose();
        await Task.WhenAll(_publishing, _subscribing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var instance in Instances) TestContext.Current.TestOutputHelper?.WriteLine(instance.Output);
        }
        foreach (var instance in Instances) instance.Dispose();
        _endOfPublishing.Dispose();
        _endOfSubscribing.Dispose();
    }

    // Waits for the expected task. If the running task ends before, its exception explains why.
    private static async Task Or(Task running, Task expected)
    {
        if (await Task.WhenAny(running, expected) == running) await running;
        await expected;
    }
}
