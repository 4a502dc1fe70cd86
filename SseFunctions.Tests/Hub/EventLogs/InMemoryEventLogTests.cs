using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.EventLogs;

[Collection(nameof(Alone))]
public sealed class InMemoryEventLogTests : EventLogContract
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    [Fact]
    public async Task Ids_go_on_when_the_clock_goes_back()
    {
        var log = await NewLog();
        var first = await log.AppendAsync(new Update(["a"], ""), TestContext.Current.CancellationToken);
        _time.AdjustTime(_time.GetUtcNow().AddHours(-1));
        var second = await log.AppendAsync(new Update(["a"], ""), TestContext.Current.CancellationToken);
        Assert.True(second.Position > first.Position);
    }

    [Fact]
    public async Task After_a_restart_no_place_of_the_log_before_is_found_not_even_its_start()
    {
        var test = TestContext.Current.CancellationToken;
        var before = await NewLog();
        var start = before.FindEnd().LastPublic;
        var entry = await before.AppendAsync(new Update(["a"], ""), test);
        _time.Advance(TimeSpan.FromSeconds(1));
        var after = await NewLog();
        Assert.Null(await after.FindAsync($"{start}", test));
        Assert.Null(await after.FindAsync($"{entry.Position}", test));
    }

    // A leak grows with each day. The other memory of the process does not.
    [Fact]
    public async Task A_days_churn_leaves_no_memory_behind()
    {
        const int Days = 3;
        const long MaxGrowthBytes = 5_000_000;
        var log = await NewLog(maxCount: 2_000);
        await Churn(log, hours: 1);
        var growth = new List<long>();
        do
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await Churn(log, hours: 24);
            growth.Add(GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        while (growth[^1] >= MaxGrowthBytes && growth.Count < Days);
        Assert.True(growth[^1] < MaxGrowthBytes, $"It grew by {string.Join(", ", growth)} bytes, day by day.");
        GC.KeepAlive(log);
    }

    [Fact]
    public async Task Counts_what_many_short_topics_take_beside_their_characters()
    {
        const int Topics = 1000;
        const int Entries = 20;
        // On 64 bits: a reference, and a string's header, length and final NUL, rounded up to a multiple of 8.
        const int LeastBytes = 8 + 24;
        var log = await NewLog();
        var update = new Update([.. Enumerable.Range(0, Topics).Select(number => $"{number}")], "a");
        for (var count = 0; count < Entries; count++)
        {
            await log.AppendAsync(
                update, TestContext.Current.CancellationToken);
        }
        Assert.InRange(log.Size.Bytes, Topics * Entries * LeastBytes, 2 * Topics * Entries * LeastBytes);
    }

    private async Task Churn(IEventLog log, int hours)
    {
        const int PerMinute = 500;
        var began = _time.GetUtcNow().Ticks;
        for (var minute = 0; minute < hours * 60; minute++)
        {
            for (var count = 0; count < PerMinute; count++)
            {
                var id = count % 2 == 0 ? $"{began}:{minute}:{count}" : null;
                await log.AppendAsync(
                    new Update(["a"], "0123456789") { Id = id }, TestContext.Current.CancellationToken);
            }
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task A_follower_that_waits_holds_nothing_that_the_log_has_dropped()
    {
        var test = TestContext.Current.CancellationToken;
        var log = await NewLog(maxCount: 10);
        await using var follower = log.FollowAsync(log.Start, test).GetAsyncEnumerator(test);
        await FollowWeakly(log, follower, 1);
        var entries = await FollowWeakly(log, follower, 20);
        for (var count = 0; count < 20; count++) await FollowWeakly(log, follower, 1);
        var next = follower.MoveNextAsync().AsTask();
        GC.Collect();
        Assert.DoesNotContain(entries, entry => entry.IsAlive);
        Assert.False(next.IsCompleted);
        await log.AppendAsync(new Update(["a"], ""), test);
        await next;
    }

    // Appends entries, and lets the follower take each of them immediately. Returns weak references to them.
    private static async Task<List<WeakReference>> FollowWeakly(
        IEventLog log, IAsyncEnumerator<ReadOnlyMemory<LogEntry>> follower, int count)
    {
        var entries = new List<WeakReference>();
        for (; count > 0; count--)
            entries.Add(
                new WeakReference(await log.AppendAsync(new Update(["a"], ""), TestContext.Current.CancellationToken)));
        Assert.True(await follower.MoveNextAsync());
        Assert.Equal(entries.Count, follower.Current.Length);
        return entries;
    }

    private protected override Task<IEventLog> NewLog(
        int maxCount = 10_000, long maxBytes = 100_000_000, TimeSpan? maxAge = null) =>
        Task.FromResult<IEventLog>(
            new InMemoryEventLog(new LogLimits(maxCount, maxBytes, maxAge ?? TimeSpan.FromDays(1)), _time));

    protected override Task Pass(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}
