using System.Diagnostics;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Support;
using Xunit.Sdk;

namespace SseFunctions.Tests.Hub.EventLogs;

/// <summary>The contract of every log, in memory or in Redis.</summary>
public abstract class EventLogContract
{
    // Many tasks wait at the same time. Without this delay they would take all CPU time, and Redis would get none.
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(1);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private protected abstract Task<IEventLog> NewLog(
        int maxCount = 10_000, long maxBytes = 100_000_000, TimeSpan? maxAge = null);

    /// <summary>Advances the clock of the log, or waits if the clock is real.</summary>
    protected abstract Task Pass(TimeSpan time);

    [Fact]
    public async Task Gives_ids_that_are_unique_ordered_and_its_own()
    {
        var log = await NewLog();
        var entries = new List<LogEntry>();
        for (var count = 0; count < 100; count++) entries.Add(await log.AppendAsync(Of("a"), Test));
        Assert.All(entries, entry => Assert.Matches("^#[0-9]+-[0-9]+$", entry.Id));
        Assert.Equal(entries.Count, entries.Select(entry => entry.Id).Distinct().Count());
        Assert.Equal(entries, entries.OrderBy(entry => entry.Position));
    }

    [Fact]
    public async Task Keeps_what_was_appended()
    {
        var log = await NewLog();
        var update = new Update(
            ["a", "b"], "one\ntwo")
        { IsPrivate = true, Id = "mine", Type = "tick", Retry = TimeSpan.FromSeconds(1) };
        var entry = await log.AppendAsync(update, Test);
        var read = Assert.Single(await Read(log, log.Start, 1));
        Assert.Equal("mine", entry.Id);
        Assert.Equal(entry.Position, read.Position);
        Assert.Equal("mine", read.Id);
        Assert.Equal(["a", "b"], read.Topics);
        Assert.True(read.IsPrivate);
        Assert.Equal(
            "event: tick\nretry: 1000\nid: mine\ndata: one\ndata: two\n\n",
            System.Text.Encoding.UTF8.GetString(read.Event.Bytes.Span));
    }

    [Fact]
    public async Task An_empty_id_is_none()
    {
        var log = await NewLog();
        Assert.StartsWith(
            "#", (await log.AppendAsync(new Update(["a"], "") { Id = "" }, Test)).Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#1-0")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\nid: b")]
    [InlineData("\u007f")]
    public async Task Refuses_an_id_that_could_be_its_own_or_could_not_come_back(string id)
    {
        var log = await NewLog();
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await log.AppendAsync(new Update(["a"], "") { Id = id }, Test));
        Assert.Equal(log.Start, log.Tail);
    }

    [Fact]
    public async Task The_same_id_again_is_the_same_entry_and_is_not_delivered_twice()
    {
        var log = await NewLog();
        var first = await log.AppendAsync(new Update(["a"], "first") { Id = "same" }, Test);
        await log.AppendAsync(Of("between"), Test);
        var again = await log.AppendAsync(new Update(["a"], "first") { Id = "same" }, Test);
        var last = await log.AppendAsync(Of("last"), Test);
        Assert.Equal(first.Position, again.Position);
        var read = await Read(log, log.Start, 3);
        Assert.Equal(["same", read[1].Id, last.Id], read.Select(entry => entry.Id));
    }

    [Fact]
    public async Task Reads_on_from_any_id_it_holds()
    {
        var log = await NewLog();
        for (var count = 0; count < 20; count++)
            await log.AppendAsync(new Update(["a"], "") { Id = count % 3 == 0 ? $"own-{count}" : null }, Test);
        var all = await Read(log, log.Start, 20);
        for (var index = 0; index < all.Count - 1; index++)
        {
            var position = await log.Find(all[index].Id);
            Assert.Equal(all[index].Position, position);
            Assert.Equal(
                all.Skip(index + 1).Select(entry => entry.Id),
                (await Read(log, position!.Value, all.Count - index - 1)).Select(entry => entry.Id));
        }
        Assert.Equal(all[^1].Position, log.Tail);
    }

    [Fact]
    public async Task The_same_id_with_something_else_to_say_is_another_update_and_no_message_is_lost()
    {
        var log = await NewLog();
        var first = await log.AppendAsync(new Update(["a"], "first") { Id = "same" }, Test);
        var other = await log.AppendAsync(new Update(["a"], "other") { Id = "same" }, Test);
        Assert.True(other.Position > first.Position);
        Assert.Equal(2, log.Size.Count);
        Assert.Equal(first.Position, await log.Find("same"));
    }

    [Fact]
    public async Task Of_two_entries_with_one_id_the_later_is_known_when_the_earlier_is_dropped()
    {
        var log = await NewLog(maxCount: 4);
        await log.AppendAsync(new Update(["a"], "first") { Id = "same" }, Test);
        var other = await log.AppendAsync(new Update(["a"], "other") { Id = "same" }, Test);
        for (var count = 0; count < 2; count++) await log.AppendAsync(Of("a"), Test);
        Assert.Equal(
            other.Position, (await log.AppendAsync(new Update(["a"], "other") { Id = "same" }, Test)).Position);
        for (var count = 0; count < 2; count++) await log.AppendAsync(Of("a"), Test);
        Assert.Equal(4, log.Size.Count);
        Assert.Equal(other.Position, await log.Find("same"));
        for (var count = 0; count < 3; count++) await log.AppendAsync(Of("a"), Test);
        Assert.Null(await log.Find("same"));
    }

    [Fact]
    public async Task What_is_said_again_after_something_else_under_the_same_id_is_not_taken_for_a_second_try()
    {
        var log = await NewLog();
        foreach (var data in (string[])["open", "closed", "open", "open"])
            await log.AppendAsync(new Update(["a"], data) { Id = "door" }, Test);
        Assert.Equal(["open", "closed", "open"], (await Read(log, log.Start, 3)).Select(Data));
        Assert.Equal(3, log.Size.Count);
    }

    [Fact]
    public async Task What_is_held_does_not_change_with_the_list_that_was_published()
    {
        var log = await NewLog();
        var topics = new List<string> { "secret" };
        await log.AppendAsync(new Update(topics, "") { IsPrivate = true }, Test);
        topics[0] = "public";
        Assert.Equal(["secret"], Assert.Single(await Read(log, log.Start, 1)).Topics);
    }

    [Theory]
    [InlineData("never")]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("#1-0")]
    [InlineData("#9999999999999-0")]
    [InlineData("#-1-0")]
    [InlineData("#99999999999999999999-0")]
    public async Task Knows_no_id_that_it_never_gave(string id)
    {
        var log = await NewLog();
        Assert.Null(await log.Find(id));
        await log.AppendAsync(Of("a"), Test);
        Assert.Null(await log.Find(id));
    }

    [Fact]
    public async Task Finds_every_entry_by_its_place_whatever_its_id_is()
    {
        var log = await NewLog(maxCount: 4);
        var entries = new List<LogEntry>();
        (string, string?)[] updates = [("1", null), ("2", "own"), ("3", "same"), ("4", "same"), ("5", null)];
        foreach (var (data, id) in updates)
            entries.Add(await log.AppendAsync(new Update(["a"], data) { Id = id }, Test));
        Assert.Equal(4, log.Size.Count);
        foreach (var entry in entries)
            Assert.Equal(entry.Position, await log.Find(entry.Position.ToString()));
        // Another append drops the second entry, which has a publisher's id. The log holds all entries after it.
        await log.AppendAsync(Of("a"), Test);
        Assert.Equal(4, log.Size.Count);
        Assert.Null(await log.Find(entries[0].Position.ToString()));
        Assert.Equal(entries[1].Position, await log.Find(entries[1].Position.ToString()));
        var behind = entries[^1].Position with { Sequence = entries[^1].Position.Sequence + 1000 };
        Assert.Null(await log.Find(behind.ToString()));
    }

    [Fact]
    public async Task Says_which_entry_is_the_last_that_everyone_may_see_also_when_it_is_dropped()
    {
        var log = await NewLog(maxCount: 3);
        var shown = (await log.AppendAsync(new Update(["a"], "") { Id = "own" }, Test)).Position;
        Assert.Equal(new LogEnd(shown, shown), log.FindEnd());
        for (var count = 0; count < 4; count++)
        {
            var hidden = await log.AppendAsync(new Update(["a"], $"{count}") { IsPrivate = true }, Test);
            Assert.Equal(new LogEnd(hidden.Position, shown), log.FindEnd());
        }
        Assert.Equal(3, log.Size.Count);
        Assert.Null(await log.Find(shown.ToString()));
        var last = await log.AppendAsync(Of("a"), Test);
        Assert.Equal(new LogEnd(last.Position, last.Position), log.FindEnd());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("own")]
    public async Task A_private_entry_is_unknown_to_a_reader_that_may_not_see_it_held_or_dropped(string? id)
    {
        var log = await NewLog(maxCount: 2);
        var hidden = await log.AppendAsync(new Update(["a"], "") { IsPrivate = true, Id = id }, Test);
        for (var count = 0; count < 3; count++)
        {
            foreach (var asked in (string[])[hidden.Id, hidden.Position.ToString()])
            {
                Assert.Equal(hidden.Position, await log.FindVisible(asked, topics => topics.Contains("a")));
                Assert.Null(await log.FindVisible(asked, topics => topics.Contains("b")));
                Assert.Null(await log.FindVisible(asked, null));
            }
            // The third append drops the first entry, which is then the last dropped entry.
            if (count < 2) await log.AppendAsync(new Update(["a"], $"{count}") { Id = $"{id}-{count}" }, Test);
        }
        Assert.Equal(2, log.Size.Count);
    }

    [Fact]
    public async Task A_private_entry_does_not_hide_a_later_public_one_with_the_same_id()
    {
        var log = await NewLog();
        var hidden = await log.AppendAsync(new Update(["a"], "private") { IsPrivate = true, Id = "own" }, Test);
        var shown = await log.AppendAsync(new Update(["a"], "public") { Id = "own" }, Test);
        Assert.Equal(shown.Position, await log.FindVisible("own", null));
        Assert.Equal(shown.Position, await log.FindVisible("own", topics => topics.Contains("b")));
        Assert.Equal(hidden.Position, await log.FindVisible("own", topics => topics.Contains("a")));
    }

    [Fact]
    public async Task The_last_public_entry_that_was_dropped_is_known_to_a_reader_that_sees_no_private_entry()
    {
        var log = await NewLog(maxCount: 2);
        var start = log.FindEnd().LastPublic;
        await HideThree();
        Assert.Equal(log.Start, await log.FindVisible($"{start}", null));
        var first = await log.AppendAsync(new Update(["a"], "first") { Id = "first" }, Test);
        await HideThree();
        Assert.Equal(log.Start, await log.FindVisible($"{first.Position}", null));
        Assert.Equal(log.Start, await log.FindVisible("first", null));
        // A reader with rights might have been allowed to see the dropped private entries.
        Assert.Null(await log.FindVisible($"{first.Position}", _ => false));
        Assert.Null(await log.FindVisible($"{start}", null));
        await log.AppendAsync(new Update(["a"], "second"), Test);
        await HideThree();
        Assert.Null(await log.FindVisible($"{first.Position}", null));
        Assert.Null(await log.FindVisible("first", null));

        async Task HideThree()
        {
            for (var count = 0; count < 3; count++)
                await log.AppendAsync(new Update(["a"], "") { IsPrivate = true }, Test);
            Assert.True(log.Start > log.FindEnd().LastPublic);
        }
    }

    [Fact]
    public async Task An_entry_without_topics_is_for_nobody()
    {
        var log = await NewLog();
        var before = log.FindEnd().LastPublic;
        var entry = await log.AppendAsync(new Update([], ""), Test);
        Assert.False(entry.IsPublic);
        Assert.Equal(new LogEnd(entry.Position, before), log.FindEnd());
    }

    [Fact]
    public async Task The_place_before_the_first_entry_is_found_until_an_entry_is_dropped()
    {
        var log = await NewLog(maxCount: 2);
        var end = log.FindEnd();
        Assert.Equal(log.Start, end.Tail);
        Assert.Equal(log.Start, end.LastPublic);
        for (var count = 0; count < 3; count++)
        {
            Assert.Equal(end.Tail, await log.Find(end.LastPublic.ToString()));
            await log.AppendAsync(new Update(["a"], $"{count}") { IsPrivate = true }, Test);
            Assert.Equal(end.LastPublic, log.FindEnd().LastPublic);
        }
        Assert.Equal(2, log.Size.Count);
        Assert.Null(await log.Find(end.LastPublic.ToString()));
    }

    [Fact]
    public async Task Reads_back_from_any_place()
    {
        var log = await NewLog(maxCount: 10);
        var all = new List<LogPosition>();
        for (var count = 0; count < 12; count++) all.Add((await log.AppendAsync(Of("a"), Test)).Position);
        var entries = new LogEntry[4];
        Assert.Equal(4, log.ReadBack(all[^1] with { Sequence = all[^1].Sequence + 1 }, entries));
        Assert.Equal(all[8..], entries.Select(entry => entry.Position));
        Assert.Equal(4, log.ReadBack(entries[0].Position, entries));
        Assert.Equal(all[4..8], entries.Select(entry => entry.Position));
        // The log has dropped the first two entries.
        Assert.Equal(2, log.ReadBack(entries[0].Position, entries));
        Assert.Equal(all[2..4], entries[..2].Select(entry => entry.Position));
        Assert.Equal(0, log.ReadBack(entries[0].Position, entries));
        Assert.Equal(0, log.ReadBack(log.Start, entries));
    }

    [Fact]
    public async Task Keeps_no_more_entries_than_its_limit_and_tells_a_reader_of_the_gap()
    {
        var log = await NewLog(maxCount: 5);
        var entries = new List<LogEntry>();
        for (var count = 0; count < 12; count++)
        {
            entries.Add(
                await log.AppendAsync(new Update(["a"], "") { Id = $"{count}" }, Test));
        }
        Assert.Equal(entries[7..].Select(entry => entry.Id), (await Read(log, log.Start, 5)).Select(entry => entry.Id));
        Assert.Null(await log.Find("5"));
        Assert.Equal(entries[6].Position, await log.Find("6"));
        await Assert.ThrowsAsync<LogGapException>(() => Read(log, entries[5].Position, 1));
        await log.AppendAsync(new Update(["a"], "again") { Id = "1" }, Test);
        Assert.Equal("1", (await Read(log, entries[11].Position, 1))[0].Id);
    }

    [Fact]
    public async Task Keeps_no_more_bytes_than_its_limit_but_always_the_last_entry()
    {
        var log = await NewLog(maxBytes: 100_000);
        for (var count = 0; count < 50; count++)
        {
            await log.AppendAsync(
                new Update(["a"], new string('x', 10_000)), Test);
        }
        Assert.InRange(log.Size.Count, 5, 10);
        await log.AppendAsync(new Update(["a"], new string('x', 200_000)), Test);
        Assert.Equal(1, log.Size.Count);
    }

    [Fact]
    public async Task Keeps_no_entry_longer_than_its_limit()
    {
        var maxAge = TimeSpan.FromSeconds(4);
        for (; !await IsInTime(maxAge); maxAge *= 2)
            Assert.True(maxAge < TimeSpan.FromSeconds(30), "The machine was always too slow.");

        async Task<bool> IsInTime(TimeSpan maxAge)
        {
            var log = await NewLog(maxAge: maxAge);
            var appended = Stopwatch.GetTimestamp();
            try
            {
                var old = await log.AppendAsync(Of("old"), Test);
                Assert.Equal(1, log.Size.Count);
                await Pass(maxAge * 0.875);
                appended = Stopwatch.GetTimestamp();
                var young = await log.AppendAsync(Of("young"), Test);
                await Pass(maxAge / 4);
                Assert.Equal(1, log.Size.Count);
                Assert.Equal(young.Id, Assert.Single(await Read(log, log.Start, 1)).Id);
                Assert.Equal(old.Position, await log.Find(old.Id));
                return true;
            }
            catch (XunitException) when (Stopwatch.GetElapsedTime(appended) >= maxAge
                && Stopwatch.GetElapsedTime(appended) < Limits.Soon)
            {
                // The machine was so slow that the log was right to drop the young entry too. Try longer times.
                return false;
            }
        }
    }

    [Fact]
    public async Task Reads_no_more_at_once_than_there_is_room_for()
    {
        var log = await NewLog();
        for (var count = 0; count < 5; count++) await log.AppendAsync(Of("a"), Test);
        var entries = new LogEntry[3];
        Assert.Equal(3, log.Read(log.Start, entries));
        Assert.Equal(2, log.Read(entries[2].Position, entries));
        Assert.Equal(0, log.Read(entries[1].Position, entries));
    }

    [Fact]
    public async Task Says_what_it_holds()
    {
        var log = await NewLog(maxCount: 3);
        Assert.Equal(default, log.Size);
        Assert.Null(log.LastId);
        for (var count = 0; count < 5; count++) await log.AppendAsync(new Update(["a"], "") { Id = $"{count}" }, Test);
        Assert.Equal(3, log.Size.Count);
        Assert.True(log.Size.Bytes > 0);
        Assert.Equal("4", log.LastId);
    }

    [Fact]
    public async Task A_follower_gets_what_is_held_and_then_what_comes()
    {
        var log = await NewLog();
        await log.AppendAsync(new Update(["a"], "") { Id = "held" }, Test);
        await using var follower = log.FollowAsync(log.Start, Test).GetAsyncEnumerator(Test);
        Assert.True(await follower.MoveNextAsync());
        Assert.Equal("held", follower.Current.Span[0].Id);
        var next = follower.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await log.AppendAsync(new Update(["a"], "") { Id = "live" }, Test);
        Assert.True(await next.Within("live entry"));
        Assert.Equal("live", Assert.Single(follower.Current.ToArray()).Id);
    }

    [Fact]
    public async Task A_follower_that_waits_ends_when_it_is_cancelled()
    {
        var log = await NewLog();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Test);
        await using var follower = log.FollowAsync(log.Start, cancel.Token).GetAsyncEnumerator(cancel.Token);
        var next = follower.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Within("end"));
    }

    [Fact]
    public async Task A_follower_loses_nothing_however_late_it_is_and_holds_no_publisher_up()
    {
        var log = await NewLog(maxCount: 10);
        await log.AppendAsync(new Update(["a"], "") { Id = "first" }, Test);
        await using (var follower = log.FollowAsync(log.Start, Test).GetAsyncEnumerator(Test))
        {
            Assert.True(await follower.MoveNextAsync());
            for (var count = 0; count < 1000; count++)
                await log.AppendAsync(new Update(["a"], "") { Id = $"{count}" }, Test).AsTask().Within("append");
            var ids = new List<string>();
            while (ids.Count < 1000 && await follower.MoveNextAsync())
            {
                foreach (var entry in follower.Current.ToArray()) ids.Add(entry.Id);
            }
            Assert.Equal(Enumerable.Range(0, 1000).Select(count => $"{count}"), ids);
        }
        await log.AppendAsync(Of("a"), Test);
        Assert.Equal(10, log.Size.Count);
    }

    [Fact]
    public async Task A_follower_that_starts_behind_what_is_held_is_told()
    {
        var log = await NewLog(maxCount: 2);
        var start = log.Start;
        for (var count = 0; count < 5; count++) await log.AppendAsync(Of("a"), Test);
        await using var follower = log.FollowAsync(start, Test).GetAsyncEnumerator(Test);
        await Assert.ThrowsAsync<LogGapException>(() => follower.MoveNextAsync().AsTask());
    }

    [Fact]
    public async Task Readers_that_start_at_any_time_see_one_order_without_gap_or_double()
    {
        const int Publishers = 8;
        const int Each = 500;
        const int Readers = 24;
        var log = await NewLog();
        var started = 0;
        var readers = Enumerable.Range(0, Readers).Select(number => Task.Run(
            async () =>
            {
                // Each reader starts while updates are being published. Half of the readers follow, half of them read.
                while (Volatile.Read(ref started) < number * Publishers * Each / Readers / 2)
                    await Task.Delay(ShortWait, Test);
                return number % 2 == 0
                    ? await log.Follow(Publishers * Each, log.Start) : await Read(log, log.Start, Publishers * Each);
            },
            Test)).ToArray();
        var publishers = Enumerable.Range(0, Publishers).Select(publisher => Task.Run(
            async () =>
            {
                var given = new List<LogPosition>();
                for (var count = 0; count < Each; count++)
                {
                    var update = new Update(["a"], "") { Id = count % 2 == 0 ? $"{publisher}-{count}" : null };
                    given.Add((await log.AppendAsync(update, Test)).Position);
                    Interlocked.Increment(ref started);
                }
                return given;
            },
            Test)).ToArray();
        var appended = (await Task.WhenAll(publishers).Within("end of publishing"))
            .SelectMany(given => given).Order().ToArray();
        foreach (var reader in readers)
            Assert.Equal(appended, (await reader.Within("all entries")).Select(entry => entry.Position));
        // The common order keeps the order of each publisher.
        Assert.All(publishers, publisher => Assert.Equal(publisher.Result.Order(), publisher.Result));
    }

    private static string Data(LogEntry entry) =>
        System.Text.Encoding.UTF8.GetString(entry.Event.Bytes.Span).Split("data: ")[1].TrimEnd();

    private static Update Of(string topic) => new([topic], "data");

    // Reads until it has this number of entries.
    private static async Task<List<LogEntry>> Read(IEventLog log, LogPosition after, int count)
    {
        var entries = new List<LogEntry>();
        var room = new LogEntry[16];
        var limit = DateTime.UtcNow + Limits.Soon;
        while (entries.Count < count)
        {
            Assert.True(DateTime.UtcNow < limit, $"There are {entries.Count} entries, not {count}.");
            var read = log.Read(after, room.AsSpan(0, Math.Min(room.Length, count - entries.Count)));
            entries.AddRange(room.AsSpan(0, read));
            if (read > 0) after = room[read - 1].Position;
            else await Task.Delay(ShortWait, Test);
        }
        return entries;
    }
}
