using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

/// <summary>The cursor of Mercure 1.0, <c>last_event_id</c>, and the headers that answer it.</summary>
public abstract class NewerCursorContract
{
    private protected abstract Task<LocalHostServer> Start(params string[] settings);

    [Theory]
    [InlineData("last_event_id=c-1", null, "c-1")]
    [InlineData("last_event_id=c-1&last_event_id=c-2", null, "c-1")]
    [InlineData("last_event_id=c-2&lastEventID=c-1", null, "c-2")]
    [InlineData("lastEventID=c-1&last_event_id=c-2", null, "c-2")]
    [InlineData("last_event_id=&lastEventID=c-1", null, "c-1")]
    [InlineData("last_event_id=c-1", "c-2", "c-2")]
    [InlineData("last_event_id=c-1", "", "c-1")]
    [InlineData("lastEventID=c-1", "", "c-1")]
    [InlineData("lastEventID=c-1", null, "c-1")]
    [InlineData("Last-Event-ID=c-1", null, "c-1")]
    [InlineData("last_event_id=earliest", null, "earliest")]
    [InlineData("last_event_id=unknown", null, "earliest")]
    [InlineData("last_event_id=%E2%80%8B", null, "earliest")]
    [InlineData("lastEventID=", null, "earliest")]
    public async Task Says_in_both_headers_where_the_stream_begins(string query, string? header, string expected)
    {
        await using var server = await Start();
        foreach (var id in new[] { "c-1", "c-2" }) await server.Publish($"topic=a&id={id}&data={id}");
        await server.Publish("topic=a&data=end");
        (string, string)[] headers = header is null ? [] : [("Last-Event-ID", header)];
        foreach (var topics in new[] { "match=a", "topic=a" })
        {
            var answer = await server.Get($"{HubClient.Path}?{topics}&{query}", headers);
            await using var subscription = new HubSubscription(answer);
            Assert.Equal(expected, answer.Header("Mercure-Last-Event-ID"));
            Assert.Equal(expected, answer.Header("Last-Event-ID"));
            var next = expected switch { "c-1" => "c-2", "c-2" => "end", _ => "c-1" };
            Assert.Equal(next, (await subscription.Next()).Data);
        }
    }

    [Theory]
    [InlineData("last_event_id=")]
    [InlineData("last_event_id")]
    public async Task An_empty_one_gets_only_what_comes_and_the_id_to_resume_from(string query)
    {
        await using var server = await Start();
        await server.Publish("topic=a&id=c-1&data=before");
        var answer = await server.Get($"{HubClient.Path}?match=a&{query}");
        string cursor;
        await using (var subscription = new HubSubscription(answer))
        {
            cursor = answer.Header("Mercure-Last-Event-ID")!;
            Assert.Matches("^#[0-9]+-[0-9]+$", cursor);
            Assert.Equal(cursor, answer.Header("Last-Event-ID"));
            await server.Publish("topic=a&data=live");
            Assert.Equal("live", (await subscription.Next()).Data);
        }
        await using var resumed = await server.Subscribe($"match=a&last_event_id={Uri.EscapeDataString(cursor)}");
        Assert.Equal(cursor, resumed.LastEventId);
        Assert.Equal("live", (await resumed.Next()).Data);
    }

    [Fact]
    public async Task Without_one_there_is_no_header()
    {
        await using var server = await Start();
        using var answer = await server.Get($"{HubClient.Path}?match=a");
        Assert.Null(answer.Header("Mercure-Last-Event-ID"));
        Assert.Null(answer.Header("Last-Event-ID"));
    }

    [Fact]
    public async Task An_empty_one_does_not_tell_of_private_updates_of_others()
    {
        await using var server = await Start();
        var seen = await server.Publish("topic=a&data=public");
        await server.Publish("topic=a&private&data=secret");
        using var answer = await server.Get($"{HubClient.Path}?match=a&last_event_id=");
        Assert.Equal(seen, answer.Header("Mercure-Last-Event-ID"));
    }

    [Fact]
    public async Task A_hub_of_0_x_alone_sends_its_own_header_only()
    {
        await using var server = await Start("Hub:Dialects=0.x");
        using var answer = await server.Get($"{HubClient.Path}?topic=a&lastEventID=earliest");
        Assert.Equal("earliest", answer.Header("Last-Event-ID"));
        Assert.Null(answer.Header("Mercure-Last-Event-ID"));
    }
}
