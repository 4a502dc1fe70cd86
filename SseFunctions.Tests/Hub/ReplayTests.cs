using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class ReplayTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly LocalHostServer _server = hub.Server;

    [Theory]
    [InlineData("lastEventID")]
    [InlineData("Last-Event-ID")]
    [InlineData("lastEventId")]
    [InlineData("last_event_id")]
    public async Task Sends_what_came_after_the_id_of_the_query(string parameter)
    {
        var ids = await Publish(parameter, "1", "2", "3");
        await using var subscription =
            await _server.Subscribe($"topic={parameter}&{parameter}={Uri.EscapeDataString(ids[0])}");
        Assert.Equal(ids[0], subscription.LastEventId);
        await _server.Publish($"topic={parameter}&data=live");
        Assert.Equal(["2", "3", "live"], await subscription.Next(3));
    }

    [Fact]
    public async Task Sends_what_came_after_the_id_of_the_header_which_wins_over_the_query()
    {
        var ids = await Publish("header", "1", "2", "3");
        await using var subscription = await _server.Subscribe(
            $"topic=header&lastEventID={Uri.EscapeDataString(ids[0])}", ("Last-Event-ID", ids[1]));
        Assert.Equal(ids[1], subscription.LastEventId);
        Assert.Equal("3", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task An_empty_header_falls_back_to_the_query()
    {
        var ids = await Publish("empty-header", "1", "2");
        await using var subscription = await _server.Subscribe(
            $"topic=empty-header&lastEventID={Uri.EscapeDataString(ids[0])}", ("Last-Event-ID", ""));
        Assert.Equal("2", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task The_header_wins_even_if_it_is_unknown()
    {
        var ids = await Publish("unknown-header", "1", "2");
        await using var subscription = await _server.Subscribe(
            $"topic=unknown-header&lastEventID={Uri.EscapeDataString(ids[0])}", ("Last-Event-ID", "unknown"));
        Assert.Equal("earliest", subscription.LastEventId);
        Assert.Equal(["1", "2"], await subscription.Next(2));
    }

    [Fact]
    public async Task Without_an_id_it_begins_now_and_says_nothing_of_it()
    {
        await Publish("now", "old");
        await using var subscription = await _server.Subscribe("topic=now");
        Assert.Null(subscription.LastEventId);
        await _server.Publish("topic=now&data=new");
        Assert.Equal("new", (await subscription.Next()).Data);
    }

    [Theory]
    [InlineData("earliest")]
    [InlineData("unknown")]
    [InlineData("#1-0")]
    [InlineData("#")]
    [InlineData("#99999999999999-0")]
    [InlineData("#99999999999999999999999-1")]
    [InlineData("a\r\nX-Forged: 1")]
    [InlineData("\0")]
    [InlineData("世界")]
    public async Task Sends_all_it_holds_for_earliest_and_for_an_id_that_it_does_not(string id)
    {
        var topic = $"all-{Guid.NewGuid()}";
        await Publish(topic, "1", "2");
        await using var subscription = await _server.Subscribe($"topic={topic}&lastEventID={Uri.EscapeDataString(id)}");
        Assert.Equal("earliest", subscription.LastEventId);
        Assert.Equal(["1", "2"], await subscription.Next(2));
    }

    [Fact]
    public async Task An_id_is_a_place_among_all_updates_not_only_those_of_the_topic()
    {
        var ids = await Publish("place", "1", "2");
        var other = await _server.Publish("topic=place/other&data=other");
        await Publish("place", "3");
        await using var subscription =
            await _server.Subscribe($"topic=place&lastEventID={Uri.EscapeDataString(other)}");
        Assert.Equal(other, subscription.LastEventId);
        Assert.Equal("3", (await subscription.Next()).Data);
        await using var last = await _server.Subscribe("topic=place", ("Last-Event-ID", ids[1]));
        Assert.Equal("3", (await last.Next()).Data);
    }

    [Fact]
    public async Task The_newest_id_means_that_nothing_is_missed()
    {
        var ids = await Publish("newest", "1", "2");
        await using var subscription = await _server.Subscribe("topic=newest", ("Last-Event-ID", ids[1]));
        Assert.Equal(ids[1], subscription.LastEventId);
        await _server.Publish("topic=newest&data=live");
        Assert.Equal("live", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task An_empty_history_begins_at_earliest()
    {
        await using var server = await LocalHostServer.Start();
        foreach (var id in new[] { "earliest", "unknown" })
        {
            await using var subscription = await server.Subscribe($"topic=a&lastEventID={id}");
            Assert.Equal("earliest", subscription.LastEventId);
        }
    }

    [Fact]
    public async Task An_id_that_is_dropped_is_told_apart_from_the_last_one_dropped_after_which_all_is_held()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:History:MaxCount=100");
        var ids = new List<string>();
        for (var number = 0; number < 110; number++)
        {
            ids.Add(
                await server.Publish($"topic=a&data={number}&id=own-{number}"));
        }
        await server.HasMatchedAll();
        await using var dropped = await server.Subscribe("topic=a", ("Last-Event-ID", ids[8]));
        Assert.Equal("earliest", dropped.LastEventId);
        Assert.Equal("10", (await dropped.Next()).Data);
        await using var lastDropped = await server.Subscribe("topic=a", ("Last-Event-ID", ids[9]));
        Assert.Equal(ids[9], lastDropped.LastEventId);
        Assert.Equal("10", (await lastDropped.Next()).Data);
        await using var held = await server.Subscribe("topic=a", ("Last-Event-ID", ids[10]));
        Assert.Equal(ids[10], held.LastEventId);
        Assert.Equal("11", (await held.Next()).Data);
    }

    [Fact]
    public async Task Private_updates_of_the_history_are_judged_by_the_token_of_now()
    {
        await _server.Publish("topic=rights&data=1&private=on");
        await _server.Publish("topic=rights&data=2");
        await using var without = await _server.Subscribe("topic=rights&lastEventID=earliest");
        Assert.Equal("2", (await without.Next()).Data);
        await using var with =
            await _server.Subscribe("topic=rights&lastEventID=earliest", Bearer(Jwt.Subscriber("rights")));
        Assert.Equal(["1", "2"], await with.Next(2));
    }

    [Fact]
    public async Task A_long_history_is_sent_whole_and_in_order()
    {
        const int count = 1000;
        var text = new string('x', 1000);
        for (var number = 0; number < count; number++)
        {
            await _server.Services.Publisher().PublishAsync(
                new([number % 2 == 0 ? "long" : "between"], $"{number} {text}"), TestContext.Current.CancellationToken);
        }
        await using var subscription = await _server.Subscribe("topic=long&lastEventID=earliest");
        for (var number = 0; number < count; number += 2)
        {
            Assert.Equal(
                $"{number} {text}", (await subscription.Next()).Data);
        }
    }

    [Theory]
    [InlineData("earliest")]
    [InlineData("unknown")]
    public async Task All_that_is_held_can_be_asked_for_while_the_oldest_of_it_goes_all_the_time(string id)
    {
        await using var server = await LocalHostServer.Start(null, "Hub:History:MaxCount=100");
        using var done = new CancellationTokenSource();
        var publishing = PublishUntil(server, done.Token);
        for (var time = 0; time < 5; time++)
        {
            await using var subscription = await server.Subscribe($"topic=a&lastEventID={id}");
            Assert.Equal("earliest", subscription.LastEventId);
            // Later the subscriber may fall behind, and then has an event id to resume from.
            Assert.Equal("a", (await subscription.Next()).Data);
        }
        await done.CancelAsync();
        await publishing.Within("end of the publishing");
    }

    private static async Task PublishUntil(LocalHostServer server, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            for (var count = 0; count < 20; count++)
                await server.Services.Publisher().PublishAsync(new(["a"], "a"), TestContext.Current.CancellationToken);
            await Task.Yield();
        }
    }

    private async Task<List<string>> Publish(string topic, params string[] data)
    {
        var ids = new List<string>();
        foreach (var item in data) ids.Add(await _server.Publish($"topic={topic}&data={item}"));
        return ids;
    }
}
