using System.Diagnostics;
using SseFunctions.Hub;
using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.TopicLogs;

/// <summary>The contract of topic logs, in memory or in Redis.</summary>
public abstract class TopicLogsContract
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    /// <summary>The topic logs of one instance. All instances of a test share the store.</summary>
    private protected abstract Task<ITopicLogs> NewInstance();

    /// <summary>Advances the clock, or waits if the clock is real.</summary>
    private protected abstract Task Pass(TimeSpan time);

    [Fact]
    public async Task Of_many_creations_at_the_same_time_one_succeeds()
    {
        var instances = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NewInstance()));
        var created = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() =>
            instances[number % instances.Length].TryCreateAsync("/a/1", Event($"{number}"), Retention, Test))));
        Assert.Single(created, isCreated => isCreated);
    }

    [Fact]
    public async Task Keeps_what_was_appended_in_order()
    {
        var (log, lease) = await NewLog();
        await lease.AppendAsync(new TopicAppend([new("x", "one\ntwo"), new("y", "")]), Test);
        var view = log.View();
        Assert.Equal(
            [("first", "0"), ("x", "one\ntwo"), ("y", "")], view.Events.Select(next => (next.Type, next.Data)));
        Assert.Equal(view.Events[^1].Id, view.LastId);
        Assert.All(view.Events, next => Assert.Matches("^#[0-9]+-[0-9]+-[0-9a-f]+$", next.Id));
        Assert.False(view.IsEnded);
    }

    [Fact]
    public async Task A_snapshot_replaces_the_events_before_it()
    {
        var (log, lease) = await NewLog();
        await lease.AppendAsync(new TopicAppend("x", "1") { Snapshot = "state" }, Test);
        await lease.AppendAsync(new TopicAppend("x", "2"), Test);
        var other = await Opened(await NewInstance());
        foreach (var view in (TopicView[])[log.View(), other.View()])
        {
            Assert.Equal("state", view.Snapshot);
            Assert.Equal("2", Assert.Single(view.Events).Data);
        }
    }

    [Fact]
    public async Task An_empty_snapshot_is_a_snapshot()
    {
        var (log, lease) = await NewLog();
        var logs = await NewInstance();
        Assert.Null((await Opened(logs)).View().Snapshot);
        await lease.AppendAsync(new TopicAppend("x", "1") { Snapshot = "state" }, Test);
        await lease.AppendAsync(new TopicAppend("x", "2") { Snapshot = "" }, Test);
        await lease.AppendAsync(new TopicAppend("x", "3"), Test);
        foreach (var view in (TopicView[])[log.View(), (await Opened(logs)).View()])
        {
            Assert.Equal("", view.Snapshot);
            Assert.Equal("3", Assert.Single(view.Events).Data);
        }
        Assert.Equal("", Assert.Single(await logs.ListAsync("/a", null, 10, Test)).Snapshot);
    }

    [Fact]
    public async Task A_follower_at_another_instance_gets_every_event_once_and_in_order()
    {
        const int Events = 500;
        var (log, lease) = await NewLog();
        var other = await Opened(await NewInstance());
        var following = Data(other, other.View().LastId);
        for (var number = 1; number <= Events; number++)
            await lease.AppendAsync(new TopicAppend("x", $"{number}") { IsFinal = number == Events }, Test);
        Assert.Equal(
            Enumerable.Range(1, Events).Select(number => $"{number}"), await following.Within("end of the topic"));
        Assert.Equal(log.View().LastId, other.View().LastId);
    }

    [Fact]
    public async Task A_follower_can_begin_after_any_event()
    {
        var (log, lease) = await NewLog();
        var append = new TopicAppend([new("x", "1"), new("x", "2"), new("x", "3")]) { IsFinal = true };
        await lease.AppendAsync(append, Test);
        var ids = log.View().Events.Select(next => next.Id).ToArray();
        Assert.Equal(["1", "2", "3"], await Data(log, ids[0]));
        Assert.Equal(["3"], await Data(log, ids[2]));
        Assert.Empty(await Data(log, ids[3]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("#1-1")]
    [InlineData("#1-1-0")]
    [InlineData("-")]
    [InlineData("#1--1")]
    [InlineData("#99999999999999-1")]
    [InlineData("earliest")]
    [InlineData("#9223372036854775807-9223372036854775807-0")]
    public async Task Does_not_know_ids_of_others(string id)
    {
        var (log, _) = await NewLog();
        Assert.False(log.Knows(id));
        Assert.False(log.IsFinal(id));
        Assert.Throws<ArgumentException>(() => log.FollowAsync(id, Test));
    }

    [Fact]
    public async Task Does_not_know_the_ids_of_events_to_come_or_of_another_writer()
    {
        var (log, lease) = await NewLog();
        var next = log.View().LastId.Replace("-1-", "-2-", StringComparison.Ordinal);
        Assert.False(log.Knows(next));
        await lease.AppendAsync(new TopicAppend("x", "") { IsFinal = true }, Test);
        Assert.True(log.Knows(log.View().LastId));
        // The event with this number is of another writer.
        Assert.False(log.Knows(next));
        Assert.False(log.IsFinal(next));
    }

    [Fact]
    public async Task Nothing_follows_the_final_event()
    {
        var (log, lease) = await NewLog();
        await lease.AppendAsync(new TopicAppend("x", "") { IsFinal = true }, Test);
        Assert.True(log.View().IsEnded);
        Assert.True(log.IsFinal(log.View().LastId));
        await Assert.ThrowsAsync<TopicLeaseLostException>(() => lease.AppendAsync(new TopicAppend("y", ""), Test));
        Assert.Null(await log.TryLeaseAsync(Lease, takeOver: true, Test));
        Assert.False(await (await NewInstance()).TryCreateAsync("/a/1", Event("again"), Retention, Test));
    }

    [Fact]
    public async Task Only_one_holds_the_lease()
    {
        var (log, lease) = await NewLog();
        var other = await Opened(await NewInstance());
        Assert.False(await lease.IsWantedAsync(Test));
        await WhileAskedRecently(async () =>
        {
            Assert.Null(await other.TryLeaseAsync(Lease, cancellationToken: Test));
            Assert.True(await lease.IsWantedAsync(Test));
        });
        await lease.DisposeAsync();
        await using var next = await other.TryLeaseAsync(Lease, cancellationToken: Test);
        Assert.NotNull(next);
        Assert.Equal(lease.Epoch + 1, next.Epoch);
        Assert.NotNull(log);
    }

    [Fact]
    public async Task Who_takes_the_lease_again_learns_that_another_wanted_it()
    {
        var (log, lease) = await NewLog();
        var other = await Opened(await NewInstance());
        await WhileAskedRecently(async () =>
        {
            Assert.Null(await other.TryLeaseAsync(Lease, cancellationToken: Test));
            await lease.DisposeAsync();
            lease = (await log.TryLeaseAsync(Lease, cancellationToken: Test))!;
            Assert.True(await lease.IsWantedAsync(Test));
        });
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_is_gone_ends_its_readers()
    {
        var logs = await NewInstance();
        var log = await OpenedBrief(logs);
        var following = Data(log, log.View().LastId);
        await Pass(TimeSpan.FromSeconds(1.2));
        Assert.Null(await logs.OpenAsync("/a/1", Test));
        await Assert.ThrowsAsync<FellBehindException>(() => following.Within("end of the reader"));
        // A reader that begins now still has the handle of the log that is gone.
        var late = Data(log, log.View().LastId);
        await Assert.ThrowsAsync<FellBehindException>(() => late.Within("end of the late reader"));
        // A log that is created again has nothing to do with the readers of the first.
        Assert.True(await logs.TryCreateAsync("/a/1", Event("again"), Retention, Test));
        Assert.Equal("again", Assert.Single((await Opened(logs)).View().Events).Data);
    }

    [Fact]
    public async Task A_log_is_kept_while_its_lease_is_held()
    {
        var logs = await NewInstance();
        Assert.True(await logs.TryCreateAsync("/a/1", Event("0"), TimeSpan.FromSeconds(6), Test));
        var log = await Opened(logs);
        await using var lease = await log.TryLeaseAsync(TimeSpan.FromSeconds(6), cancellationToken: Test);
        for (var step = 0; step < 4; step++)
        {
            await Pass(TimeSpan.FromSeconds(2));
            // The clock of a store in memory does not wait for the lease that renews itself.
            Assert.False(await lease!.IsWantedAsync(Test));
        }
        await lease!.AppendAsync(new TopicAppend("x", "still"), Test);
        Assert.Equal("still", (await Opened(logs)).View().Events[^1].Data);
    }

    [Fact]
    public async Task Who_takes_the_lease_over_has_every_event_and_the_other_appends_no_more()
    {
        var (_, lease) = await NewLog();
        var other = await Opened(await NewInstance());
        for (var number = 0; number < 50; number++) await lease.AppendAsync(new TopicAppend("x", $"{number}"), Test);
        await using var next = await other.TryLeaseAsync(Lease, takeOver: true, Test);
        Assert.NotNull(next);
        Assert.Equal("49", other.View().Events[^1].Data);
        await Assert.ThrowsAsync<TopicLeaseLostException>(() => lease.AppendAsync(new TopicAppend("y", ""), Test));
        Assert.True(lease.Lost.IsCancellationRequested);
        await next.AppendAsync(new TopicAppend("z", ""), Test);
        Assert.Equal("z", other.View().Events[^1].Type);
    }

    [Fact]
    public async Task Appends_that_race_with_a_takeover_are_before_it_or_not_at_all()
    {
        var (log, lease) = await NewLog();
        var other = await Opened(await NewInstance());
        var appended = 0;
        var appending = AppendUntilLost();
        await Task.Delay(TimeSpan.FromMilliseconds(50), Test);
        await using var next = await other.TryLeaseAsync(Lease, takeOver: true, Test);
        Assert.NotNull(next);
        await next.AppendAsync(new TopicAppend("end", "") { IsFinal = true }, Test);
        await appending.Within("loss of the lease");
        var events = other.View().Events;
        Assert.Equal("end", events[^1].Type);
        Assert.Equal(
            Enumerable.Range(0, appended).Select(number => $"{number}"),
            events.Where(next => next.Type == "x").Select(next => next.Data));
        Assert.NotNull(log);

        async Task AppendUntilLost()
        {
            try
            {
                while (true)
                {
                    await lease.AppendAsync(new TopicAppend("x", $"{appended}"), Test);
                    appended++;
                    await Task.Yield();
                }
            }
            catch (TopicLeaseLostException)
            {
                // The other holder has taken the lease over.
            }
        }
    }

    [Fact]
    public async Task Lists_the_topics_below_a_path_the_newest_first()
    {
        var logs = await NewInstance();
        foreach (var topic in (string[])["/a/1", "/a/2", "/b/1", "/a/3", "/a/3/x"])
            Assert.True(await logs.TryCreateAsync(topic, Event(topic) with { Snapshot = topic }, Retention, Test));
        var all = await logs.ListAsync("/a", null, 10, Test);
        Assert.Equal(["/a/3", "/a/2", "/a/1"], all.Select(summary => summary.Topic));
        Assert.Equal(["/a/3", "/a/2", "/a/1"], all.Select(summary => summary.Snapshot));
        Assert.Equal(all[1], Assert.Single(await logs.ListAsync("/a", all[0].Created, 1, Test)));
        Assert.Empty(await logs.ListAsync("/a", all[2].Created, 10, Test));
        Assert.All(all, summary => Assert.False(summary.IsEnded || summary.IsLeased));
    }

    [Fact]
    public async Task A_list_tells_which_are_leased_and_which_have_ended()
    {
        var (log, lease) = await NewLog();
        var logs = await NewInstance();
        Assert.True(Assert.Single(await logs.ListAsync("/a", null, 10, Test)).IsLeased);
        await lease.AppendAsync(new TopicAppend("x", "") { IsFinal = true }, Test);
        var ended = Assert.Single(await logs.ListAsync("/a", null, 10, Test));
        Assert.True(ended is { IsEnded: true, IsLeased: false });
        Assert.NotNull(log);
    }

    [Fact]
    public async Task After_its_retention_a_log_is_gone_and_its_ids_are_unknown_to_the_next()
    {
        var logs = await NewInstance();
        string id;
        await using (var log = await OpenedBrief(logs)) id = log.View().LastId;
        await Pass(TimeSpan.FromSeconds(1.2));
        Assert.Null(await logs.OpenAsync("/a/1", Test));
        Assert.Empty(await logs.ListAsync("/a", null, 10, Test));
        Assert.True(await logs.TryCreateAsync("/a/1", Event("0"), Retention, Test));
        Assert.False((await Opened(logs)).Knows(id));
    }

    [Fact]
    public async Task Refuses_what_is_no_event()
    {
        var (log, lease) = await NewLog();
        await Assert.ThrowsAsync<ArgumentException>(() => lease.AppendAsync(new TopicAppend([]), Test));
        await Assert.ThrowsAsync<ArgumentException>(() => lease.AppendAsync(new TopicAppend("a\nb", ""), Test));
        await lease.AppendAsync(new TopicAppend("x", "still"), Test);
        Assert.Equal("still", log.View().Events[^1].Data);
    }

    [Fact]
    public async Task A_client_that_was_away_for_very_long_gets_the_snapshot_instead()
    {
        var (log, lease) = await NewLog();
        var first = log.View().LastId;
        for (var number = 0; number < 5000; number++)
            await lease.AppendAsync(new TopicAppend("x", "") { Snapshot = $"{number}" }, Test);
        Assert.False(log.Knows(first));
        Assert.Equal("4999", log.View().Snapshot);
        Assert.True(log.Knows(log.View().LastId));
        var other = await Opened(await NewInstance());
        Assert.False(other.Knows(first));
        Assert.Equal("4999", other.View().Snapshot);
    }

    private async Task<(TopicLog Log, TopicLease Lease)> NewLog()
    {
        var logs = await NewInstance();
        Assert.True(await logs.TryCreateAsync("/a/1", Event("0"), Retention, Test));
        var log = await Opened(logs);
        var lease = await log.TryLeaseAsync(Lease, cancellationToken: Test);
        Assert.NotNull(lease);
        return (log, lease);
    }

    // Runs the action. Repeats it if it failed because the store had forgotten meanwhile that the lease was wanted.
    private static async Task WhileAskedRecently(Func<Task> action)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var limit = DateTime.UtcNow + Limits.Soon; ; begun = Stopwatch.GetTimestamp())
        {
            try
            {
                await action();
                return;
            }
            catch (Xunit.Sdk.XunitException) when (
                Stopwatch.GetElapsedTime(begun) >= InMemoryTopicStore.AskedRecently && DateTime.UtcNow < limit)
            {
                // The action took longer than the store remembers.
            }
        }
    }

    private static async Task<TopicLog> Opened(ITopicLogs logs)
    {
        var log = await logs.OpenAsync("/a/1", Test);
        Assert.NotNull(log);
        return log;
    }

    // Opens a log that is kept for a second. If a busy machine opens it too late, it is gone, and is created again.
    private static async Task<TopicLog> OpenedBrief(ITopicLogs logs)
    {
        for (var limit = DateTime.UtcNow + Limits.Soon; ;)
        {
            Assert.True(await logs.TryCreateAsync("/a/1", Event("0"), TimeSpan.FromSeconds(1), Test));
            if (await logs.OpenAsync("/a/1", Test) is { } log) return log;
            Assert.True(DateTime.UtcNow < limit, "The log was never opened within its second.");
        }
    }

    private static async Task<List<string>> Data(TopicLog log, string after)
    {
        List<string> data = [];
        await foreach (var next in log.FollowAsync(after, Test)) data.Add(next.Data);
        return data;
    }

    private static TopicAppend Event(string data) => new("first", data);
}
