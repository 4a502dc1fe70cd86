using System.Net.ServerSentEvents;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>The event id without data at the start of each hub stream. A client whose stream ends before its first
/// update resumes with this id.</summary>
public sealed class CursorTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leaves_in_the_first_write_with_the_comment_and_the_retry()
    {
        var time = new FakeTimeProvider();
        await using var server = await LocalHostServer.Start(time);
        await server.Publish("topic=a&data=one&id=own");
        using var client = await Open(server, "topic=a");
        var opening = $"{await client.UntilOpen()}id: #{time.GetUtcNow().ToUnixTimeMilliseconds()}-1\n\n";
        Assert.EndsWith(
            $"\r\n\r\n{opening.Length:x}\r\n{opening}\r\n",
            await client.Until($"{opening}\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_published_between_two_streams_arrives_although_the_first_one_had_no_update()
    {
        await using var server = await LocalHostServer.Start();
        await server.Publish("topic=a&data=before");
        var cursor = await CursorOf(server, "topic=a");
        await server.Publish("topic=a&data=in+the+gap&id=own");
        await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", cursor));
        Assert.Equal(cursor, resumed.LastEventId);
        await server.Publish("topic=a&data=live");
        Assert.Equal(["in the gap", "live"], await resumed.Next(2));
    }

    [Fact]
    public async Task A_stream_that_ends_by_its_duration_goes_on_without_a_gap_as_often_as_it_ends()
    {
        var time = new FakeTimeProvider();
        await using var server = await LocalHostServer.Start(time, "Streaming:MaxDuration=00:10:00");
        string? last = null;
        for (var round = 0; round < 3; round++)
        {
            using var client = await Open(server, "topic=quiet", last);
            last = await client.UntilCursor();
            time.Advance(TimeSpan.FromMinutes(10));
            Assert.True(await client.UntilEnd());
            await server.Publish("topic=other&data=of+another+topic");
        }
        await server.Publish("topic=quiet&data=in+the+gap");
        await using var resumed = await server.Subscribe("topic=quiet", ("Last-Event-ID", last!));
        Assert.Equal(last, resumed.LastEventId);
        Assert.Equal("in the gap", (await resumed.Next()).Data);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("others")]
    public async Task Does_not_change_with_private_updates_that_the_subscriber_may_not_see(string? right)
    {
        var time = new FakeTimeProvider();
        await using var server = await LocalHostServer.Start(time, "Hub:Subscriptions=true");
        (string, string)[] headers = right is null ? [] : [Bearer(Jwt.Subscriber(right))];
        // The log is still empty.
        var start = await CursorOf(server, "topic=*", headers);
        for (var round = 0; round < 3; round++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await server.Publish($"topic=a&private&data=secret&id=secret-{round}");
            Assert.Equal(start, await CursorOf(server, "topic=*", headers));
        }
        var seen = await server.Publish("topic=b&data=public");
        time.Advance(TimeSpan.FromSeconds(1));
        await server.Publish("topic=a&private&data=secret");
        Assert.Equal(seen, await CursorOf(server, "topic=a", headers));
        await using var resumed = await server.Subscribe("topic=*", [.. headers, ("Last-Event-ID", start)]);
        Assert.Equal(start, resumed.LastEventId);
        Assert.Equal("public", (await resumed.Next()).Data);
    }

    // Otherwise anyone could try ids, and learn which private updates exist and when they were published.
    [Theory]
    [InlineData("secret")]
    [InlineData(null)]
    public async Task The_id_of_a_private_update_that_the_subscriber_may_not_see_is_answered_as_an_unknown_one(
        string? id)
    {
        var time = new FakeTimeProvider();
        await using var server = await LocalHostServer.Start(time);
        await server.Publish("topic=a&data=before");
        var hidden = id ?? $"#{FakeTimeStart(time)}-2";
        await server.Publish($"topic=a&private&data=hidden{(id is null ? "" : $"&id={id}")}");
        await server.Publish("topic=a&data=after");
        foreach (var asked in (string[])[hidden, "unknown", $"#{FakeTimeStart(time)}-99"])
        {
            foreach (var headers in ((string, string)[][])[[], [Bearer(Jwt.Subscriber("others"))]])
            {
                Assert.Equal("earliest", await CursorOf(server, "topic=a", [.. headers, ("Last-Event-ID", asked)]));
                await using var resumed = await server.Subscribe("topic=a", [.. headers, ("Last-Event-ID", asked)]);
                Assert.Equal("earliest", resumed.LastEventId);
                Assert.Equal(["before", "after"], await resumed.Next(2));
            }
        }
        await using var trusted = await server.Subscribe(
            "topic=a", Bearer(Jwt.Subscriber("a")), ("Last-Event-ID", hidden));
        Assert.Equal(hidden, trusted.LastEventId);
        Assert.Equal("after", (await trusted.Next()).Data);
    }

    [Fact]
    public async Task Stays_good_when_nothing_but_private_updates_of_others_was_dropped_since()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:History:MaxCount=100");
        await server.Publish("topic=a&data=before");
        var cursor = await CursorOf(server, "topic=a");
        for (var count = 0; count < 150; count++)
        {
            await Append(
                server, new Update(["a"], $"{count}") { IsPrivate = true });
        }
        await server.Publish("topic=a&data=in+the+gap");
        await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", cursor));
        Assert.Equal(cursor, resumed.LastEventId);
        Assert.Equal("in the gap", (await resumed.Next()).Data);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("{x}")]
    [InlineData("*")]
    public async Task Is_the_place_of_the_last_private_update_that_the_subscriber_may_see_and_not_its_id(string right)
    {
        var time = new FakeTimeProvider();
        await using var server = await LocalHostServer.Start(time);
        await server.Publish("topic=a&private&data=mine&id=secret");
        time.Advance(TimeSpan.FromSeconds(1));
        if (right != "*") await server.Publish("topic=of/others&private&data=secret");
        var position = $"#{FakeTimeStart(time)}-1";
        var headers = Bearer(Jwt.Subscriber(right));
        // The id does not depend on the topics that the client subscribes to.
        Assert.Equal(position, await CursorOf(server, "topic=b", headers));
        await server.Publish("topic=a&private&data=in+the+gap&id=secret");
        await using var resumed = await server.Subscribe("topic=a", headers, ("Last-Event-ID", position));
        Assert.Equal("in the gap", (await resumed.Next()).Data);
    }

    [Fact]
    public async Task Behind_very_many_updates_that_it_may_not_see_a_subscriber_gets_the_place_of_the_last_public_one()
    {
        await using var server = await LocalHostServer.Start();
        var seen = await server.Publish("topic=a&data=public");
        await server.Publish("topic=mine&private&data=before");
        for (var count = 0; count < 1100; count++)
        {
            await Append(
                server, new Update(["others"], $"{count}") { IsPrivate = true });
        }
        var headers = Bearer(Jwt.Subscriber("mine"));
        var cursor = await CursorOf(server, "topic=mine", headers);
        Assert.Equal(seen, cursor);
        await server.Publish("topic=mine&private&data=in+the+gap");
        await using var resumed = await server.Subscribe("topic=mine", headers, ("Last-Event-ID", cursor));
        Assert.Equal(["before", "in the gap"], await resumed.Next(2));
    }

    [Fact]
    public async Task Is_told_apart_from_earlier_updates_with_the_same_id_of_a_publisher()
    {
        await using var server = await LocalHostServer.Start();
        await server.Publish("topic=a&data=first&id=same");
        await server.Publish("topic=a&data=second&id=same");
        var cursor = await CursorOf(server, "topic=a");
        await server.Publish("topic=a&data=third&id=same");
        await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", cursor));
        Assert.Equal("third", (await resumed.Next()).Data);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_id_that_is_held_is_sent_back_also_if_it_came_in_the_query(bool isHeader)
    {
        await using var server = await LocalHostServer.Start();
        var id = await server.Publish("topic=a&data=one&id=é+1");
        await server.Publish("topic=b&data=two");
        var escaped = Uri.EscapeDataString(id);
        var cursor = isHeader
            ? await CursorOf(server, "topic=a", ("Last-Event-ID", id))
            : await CursorOf(server, $"topic=a&lastEventID={escaped}");
        Assert.Equal(id, cursor);
    }

    // Otherwise, while the client is away, a publisher could give the unknown id to an update, and the client would
    // resume after that update although it has never received it.
    [Theory]
    [InlineData("earliest")]
    [InlineData("next")]
    [InlineData("#1-0")]
    public async Task A_client_that_gets_everything_asks_for_everything_again_until_its_first_update(string asked)
    {
        await using var server = await LocalHostServer.Start();
        var cursor = await CursorOf(server, "topic=a", ("Last-Event-ID", asked));
        Assert.Equal("earliest", cursor);
        await server.Publish("topic=a&data=1");
        await server.Publish("topic=a&data=2&id=next");
        await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", cursor));
        Assert.Equal("earliest", resumed.LastEventId);
        Assert.Equal(["1", "2"], await resumed.Next(2));
    }

    [Fact]
    public async Task DotNets_own_parser_keeps_it_and_gives_no_event()
    {
        await using var server = await LocalHostServer.Start();
        await server.Publish("topic=a&data=before");
        var cursor = await CursorOf(server, "topic=a");
        using var answer = await server.Get($"{HubClient.Path}?topic=a");
        var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(Test));
        await using var events = parser.EnumerateAsync(Test).GetAsyncEnumerator(Test);
        var next = events.MoveNextAsync().AsTask();
        var limit = DateTime.UtcNow + Limits.Soon;
        while (parser.LastEventId.Length == 0 && !next.IsCompleted)
        {
            Assert.True(DateTime.UtcNow < limit, "No id came.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), Test);
        }
        Assert.Equal(cursor, parser.LastEventId);
        Assert.False(next.IsCompleted);
        await server.Publish("topic=a&data=first");
        Assert.True(await next.Within("first update"));
        Assert.Equal("first", events.Current.Data);
    }

    [Fact]
    public async Task When_the_history_has_dropped_it_the_client_is_told_and_gets_what_is_held()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:History:MaxCount=100");
        await server.Publish("topic=a&data=before");
        var cursor = await CursorOf(server, "topic=a");
        await using var live = await server.Subscribe("topic=a");
        // A subscriber joins shortly after its headers. If all updates came before that, the log would have dropped the
        // first of them, and the stream would rightly end.
        await Append(server, new Update(["a"], "0"));
        await live.Next();
        for (var count = 1; count < 101; count++) await Append(server, new Update(["a"], $"{count}"));
        // Waits for the delivery, because the log drops no entry before it is delivered.
        await live.Next(100);
        await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", cursor));
        Assert.Equal("earliest", resumed.LastEventId);
        Assert.Equal("1", (await resumed.Next()).Data);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_restart_of_a_log_in_memory_the_client_is_told_and_gets_everything_since(bool isEmpty)
    {
        string cursor;
        await using (var before = await LocalHostServer.Start())
        {
            if (!isEmpty) await before.Publish("topic=a&data=before");
            cursor = await CursorOf(before, "topic=a");
        }
        await using var after = await LocalHostServer.Start();
        await after.Publish("topic=a&data=since");
        await using var resumed = await after.Subscribe("topic=a", ("Last-Event-ID", cursor));
        Assert.Equal("earliest", resumed.LastEventId);
        Assert.Equal("since", (await resumed.Next()).Data);
    }

    [Fact]
    public async Task Subscribers_that_break_off_before_their_first_update_lose_nothing_while_much_is_published()
    {
        const int Updates = 400;
        await using var server = await LocalHostServer.Start();
        var cursors = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CursorOf(server, "topic=a")));
        var publishing = Task.Run(
            async () =>
            {
                for (var number = 0; number < Updates; number++) await Append(server, new Update(["a"], $"{number}"));
            },
            Test);
        foreach (var cursor in cursors)
        {
            var last = cursor;
            for (var time = 0; time < 3; time++) last = await CursorOf(server, "topic=a", ("Last-Event-ID", last));
            await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", last));
            Assert.Equal(Enumerable.Range(0, Updates).Select(number => $"{number}"), await resumed.Next(Updates));
        }
        await publishing.Within("end of publishing");
    }

    private static long FakeTimeStart(FakeTimeProvider time) => time.Start.ToUnixTimeMilliseconds();

    private static async Task Append(LocalHostServer server, Update update) =>
        await server.Services.Publisher().PublishAsync(update, Test);

    private static async Task<string> CursorOf(
        LocalHostServer server, string query, params (string Name, string Value)[] headers)
    {
        using var client = await RawClient.Get(
            new Uri(server.Url, $"{HubClient.Path}?{query}"),
            string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n")));
        return await client.UntilCursor();
    }

    private static Task<RawClient> Open(LocalHostServer server, string query, string? lastEventId = null) =>
        RawClient.Get(
        new Uri(server.Url, $"{HubClient.Path}?{query}"), lastEventId is null
            ? "" : $"Last-Event-ID: {lastEventId}\r\n");
}
