using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.TopicLogs;

namespace SseFunctions.Tests.Hub.TopicLogs;

public sealed class InMemoryTopicLogsTests : TopicLogsContract, IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly InMemoryTopicStore _store;
    private readonly List<OpenTopicLogs> _instances = [];

    public InMemoryTopicLogsTests() => _store = new InMemoryTopicStore(_time);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beyond_the_highest_number_the_oldest_log_that_has_ended_is_dropped()
    {
        var logs = await NewInstance();
        for (var number = 0; number < InMemoryTopicStore.MaxLogs; number++)
        {
            var first = new TopicAppend("x", "") { IsFinal = number == 1 };
            Assert.True(await logs.TryCreateAsync($"/a/{number}", first, TimeSpan.FromHours(1), Test));
        }
        Assert.True(await logs.TryCreateAsync("/a/new", new TopicAppend("x", ""), TimeSpan.FromHours(1), Test));
        Assert.Null(await logs.OpenAsync("/a/1", Test));
        Assert.NotNull(await logs.OpenAsync("/a/0", Test));
        Assert.NotNull(await logs.OpenAsync("/a/new", Test));
    }

    [Fact]
    public async Task A_log_that_has_ended_keeps_its_snapshot_and_its_last_id()
    {
        var logs = await NewInstance();
        var first = new TopicAppend([new("x", "1"), new("x", "2")]) { IsFinal = true, Snapshot = "all" };
        Assert.True(await logs.TryCreateAsync("/a/1", first, TimeSpan.FromHours(1), Test));
        _time.Advance(TimeSpan.FromMinutes(2));
        await logs.TryCreateAsync("/a/2", first, TimeSpan.FromHours(1), Test);
        var log = await logs.OpenAsync("/a/1", Test);
        Assert.NotNull(log);
        Assert.Equal("all", log.View().Snapshot);
        Assert.True(log.IsFinal(log.View().LastId));
        Assert.True(log.Knows(log.View().LastId));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_expires_and_appends_nothing()
    {
        var logs = await NewInstance();
        await logs.TryCreateAsync("/a/1", new TopicAppend("x", ""), TimeSpan.FromHours(1), Test);
        Assert.True(await _store.AcquireAsync("/a/1", "x", TimeSpan.FromSeconds(15), false, Test) is { Epoch: 1 });
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.False(await _store.TryAppendAsync("/a/1", "x", 1, new TopicAppend("y", ""), Test));
        Assert.Null(await _store.RenewAsync("/a/1", "x", TimeSpan.FromSeconds(15), Test));
    }

    public void Dispose()
    {
        foreach (var instance in _instances) instance.Dispose();
    }

    private protected override Task<ITopicLogs> NewInstance()
    {
        var instance = new OpenTopicLogs(_store, _time, NullLogger<OpenTopicLogs>.Instance);
        _instances.Add(instance);
        return Task.FromResult<ITopicLogs>(instance);
    }

    private protected override Task Pass(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}
