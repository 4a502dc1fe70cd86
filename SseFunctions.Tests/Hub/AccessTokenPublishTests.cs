using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>What a publisher with a token of Mercure 1.0 may publish.</summary>
public sealed class AccessTokenPublishTests(AccessTokenHubFixture hub) : IClassFixture<AccessTokenHubFixture>
{
    private const string Control = "control or format character";
    private const string TheHubs = "reserved for the hub";
    private const string Retry = "retry must be 0 to";

    private static readonly (string, string) Token = Bearer(AccessTokens.PublishAll);

    private readonly LocalHostServer _server = hub.Server;

    [Theory]
    [InlineData("", "topic is missing")]
    [InlineData("data=a", "topic is missing")]
    [InlineData("Topic=a", "topic is missing")]
    [InlineData("match=a", "topic is missing")]
    [InlineData("topic=", "A topic is empty")]
    [InlineData("topic=a&topic=", "A topic is empty")]
    [InlineData("topic=*", "must not be *")]
    [InlineData("topic=a&topic=*", "must not be *")]
    [InlineData("topic=a%00", "control character")]
    [InlineData("topic=a%0Adata:%20x", "control character")]
    [InlineData("topic=a%C2%85", "control character")]
    [InlineData("topic=a%7F", "control character")]
    [InlineData("topic=a%C2%AD", Control)]
    [InlineData("topic=a%E2%80%8B", Control)]
    [InlineData("topic=a%E2%80%AEb", Control)]
    [InlineData("topic=%EF%BB%BFa", Control)]
    [InlineData("topic=a%F3%A0%80%81", Control)]
    [InlineData("topic=a&topic=b%E2%80%8D", Control)]
    [InlineData("topic=%ff", "not valid UTF-8")]
    [InlineData("topic=%ED%A0%80", "not valid UTF-8")]
    [InlineData("topic=a&data=%ff%fe", "not valid UTF-8")]
    [InlineData("topic=a&id=%c3", "not valid UTF-8")]
    [InlineData("topic=a&type=%c3", "not valid UTF-8")]
    [InlineData("topic=a&other=%c3", "not valid UTF-8")]
    [InlineData("topic=/.well-known/mercure", TheHubs)]
    [InlineData("topic=/.well-known/mercure/subscriptions/exact/a/b", TheHubs)]
    [InlineData("topic=https://e.com/.well-known/mercure", TheHubs)]
    [InlineData("topic=mercure", TheHubs)]
    [InlineData("topic=mercure/subscriptions/exact/a/b", TheHubs)]
    [InlineData("topic=./mercure", TheHubs)]
    [InlineData("topic=?a", TheHubs)]
    [InlineData("topic=%23a", TheHubs)]
    [InlineData("topic=../.well-known/mercure/x", TheHubs)]
    [InlineData("topic=../.well-known/x/../mercure/x", TheHubs)]
    [InlineData("topic=/x/../.well-known/./mercure/subscriptions", TheHubs)]
    [InlineData("topic=/x/%252e%252e/.well-known/%252e/mercure/x", TheHubs)]
    [InlineData("topic=%5C.well-known%5Cmercure%5Cx", TheHubs)]
    [InlineData("topic=/.well-known%5Cmercure", TheHubs)]
    [InlineData("topic=/.well-known/%256dercure/x", TheHubs)]
    [InlineData("topic=/.Well-Known/Mercure/x", TheHubs)]
    [InlineData("topic=a&topic=/.well-known/./mercure", TheHubs)]
    [InlineData("topic=a&id=%23a", "Ids that begin with #")]
    [InlineData("topic=a&id=%23", "Ids that begin with #")]
    [InlineData("topic=a&id=earliest", "is reserved")]
    [InlineData("topic=a&id=a%00", "control character")]
    [InlineData("topic=a&id=a%0Ab", "control character")]
    [InlineData("topic=a&id=a%C2%9F", "control character")]
    [InlineData("topic=a&id=a%E2%80%8B", Control)]
    [InlineData("topic=a&id=%EF%BB%BFa", Control)]
    [InlineData("topic=a&type=mercure", TheHubs)]
    [InlineData("topic=a&type=a%0Adata:%20x", "control character")]
    [InlineData("topic=a&type=a%00", "control character")]
    [InlineData("topic=a&type=a%C2%85", "control character")]
    [InlineData("topic=a&type=a%E2%80%8B", Control)]
    [InlineData("topic=a&retry", Retry)]
    [InlineData("topic=a&retry=", Retry)]
    [InlineData("topic=a&retry=a", Retry)]
    [InlineData("topic=a&retry=-1", Retry)]
    [InlineData("topic=a&retry=%2B1", Retry)]
    [InlineData("topic=a&retry=1.5", Retry)]
    [InlineData("topic=a&retry=+1", Retry)]
    [InlineData("topic=a&retry=1+", Retry)]
    [InlineData("topic=a&retry=0x1", Retry)]
    [InlineData("topic=a&retry=1e3", Retry)]
    [InlineData("topic=a&retry=%D9%A1", Retry)]
    [InlineData("topic=a&retry=%EF%BC%91", Retry)]
    [InlineData("topic=a&retry=99999999999999999999", Retry)]
    [InlineData("topic=a&retry=a&retry=1", Retry)]
    public async Task A_bad_update_is_400_and_nothing_of_it_is_kept(string form, string title)
    {
        var log = _server.Services.GetRequiredService<IEventLog>();
        var tail = log.Tail;
        using var answer = await _server.Post(form, Token);
        Assert.Contains(title, await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(tail, log.Tail);
    }

    [Fact]
    public async Task What_resolves_to_the_hubs_address_is_the_hubs_whatever_it_looks_like()
    {
        var log = _server.Services.GetRequiredService<IEventLog>();
        var tail = log.Tail;
        var port = _server.Url.Port;
        foreach (var topic in new[]
        {
            $"http://127.0.0.1:{port}/.well-known/./mercure", $"http://127.1:{port}/.well-known/./mercure",
            $"http://0x7f000001:{port}/.well-known/./mercure", $"HTTP:\\\\127.0.0.1:{port}\\.well-known\\mercure",
            $"http://user@127.0.0.1:{port}/.well-known/./mercure/x?y#z", $"//127.0.0.1:{port}/.well-known/./mercure",
            $"https://127.0.0.1/.well-known/./mercure/subscriptions", "https:mercure", "mercure",
        })
        {
            using var answer = await _server.Post($"topic={Uri.EscapeDataString(topic)}", Token);
            Assert.Contains(TheHubs, await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        }
        Assert.Equal(tail, log.Tail);
    }

    [Theory]
    [InlineData("topic=other&data=a")]
    [InlineData("topic=mine&topic=other&data=a")]
    [InlineData("topic=mine/2&data=a")]
    [InlineData("topic=https://e.com/books/1/2&data=a")]
    [InlineData("topic=https://e.com/books/1&topic=https://e.com/other&data=a")]
    public async Task Without_a_grant_for_every_topic_it_is_403_and_nothing_is_kept(string form)
    {
        var log = _server.Services.GetRequiredService<IEventLog>();
        var tail = log.Tail;
        foreach (var token in new[]
        {
            AccessTokens.Publisher("mine", "~https://e.com/books/:id"),
            AccessTokens.Of(AccessTokens.Detail("publish", null, "mine"), AccessTokens.Detail("subscribe", null, "*")),
            AccessTokens.SubscribeAll,
            AccessTokens.Of(),
        })
        {
            using var answer = await _server.Post(form, Bearer(token));
            Assert.Equal(
                "The token gives no right to publish to all of these topics.",
                await answer.Problem(HttpStatusCode.Forbidden));
        }
        Assert.Equal(tail, log.Tail);
    }

    [Theory]
    [InlineData("topic=mine")]
    [InlineData("topic=https://e.com/books/1&topic=mine")]
    [InlineData("topic=/relative/1")]
    [InlineData("topic=mine&data=%00%E2%80%8B&private=0&retry=0&type=&id=&unknown=a")]
    [InlineData("topic=mine&type=Mercure&id=Earliest&retry=0007")]
    public async Task With_grants_for_every_topic_it_is_published(string form)
    {
        using var answer = await _server.Post(
            form, Bearer(AccessTokens.Publisher("mine", "~https://e.com/books/:id", "~/relative/*")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(_server.Services.GetRequiredService<IEventLog>().LastId, await answer.Text());
    }

    [Fact]
    public async Task A_grant_with_a_pattern_that_is_not_one_makes_the_token_invalid()
    {
        var log = _server.Services.GetRequiredService<IEventLog>();
        var tail = log.Tail;
        var token = Bearer(AccessTokens.Publisher("mine", "~https://e.com/("));
        using var answer = await _server.Post("topic=mine", token);
        Assert.NotEmpty(await answer.Problem(HttpStatusCode.Unauthorized));
        Assert.Equal(tail, log.Tail);
        using var subscription = await _server.Get($"{HubClient.Path}?match=a",
            Bearer(AccessTokens.Subscriber("~https://e.com/(")));
        Assert.NotEmpty(await subscription.Problem(HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task What_is_too_large_is_413_and_nothing_is_kept()
    {
        await using var server = await LocalHostServer.Start(
            null, ["Hub:MaxUpdateBytes=8192", "Hub:MaxTopics=3", .. AccessTokens.Settings]);
        foreach (var form in new[]
        {
            $"topic=a&data={new string('a', 9000)}",
            $"topic={new string('a', 4097)}",
            $"topic=a&id={new string('a', 1025)}",
            $"topic=a&type={new string('a', 257)}",
            "topic=a&topic=b&topic=c&topic=d",
            $"topic=a{string.Concat(Enumerable.Repeat("&x", 110))}",
        })
        {
            using var answer = await server.Post(form, Token);
            Assert.NotEmpty(await answer.Problem(HttpStatusCode.RequestEntityTooLarge));
        }
        Assert.Null(server.Services.GetRequiredService<IEventLog>().LastId);
    }

    [Theory]
    [InlineData("/.well-known/./mercure/subscriptions/exact/a/b")]
    [InlineData("/.well-known/%2e/mercure/subscriptions/exact/a/b")]
    [InlineData("/x/../.well-known/mercure//../subscriptions/exact/a/b")]
    [InlineData("\\.well-known\\mercure\\subscriptions\\exact\\a\\b")]
    [InlineData("https:mercure/subscriptions/exact/a/b")]
    [InlineData("http:mercure/subscriptions/exact/a/b")]
    [InlineData("mercure/subscriptions/exact/a/b")]
    public async Task No_token_of_0_x_forges_who_is_subscribed_for_a_URL_pattern(string topic)
    {
        const string presence = "~/.well-known/mercure/subscriptions/*";
        await using var watcher = await _server.Subscribe(
            $"match_urlpattern={Uri.EscapeDataString(presence[1..])}&match=presence/end",
            Bearer(AccessTokens.Subscriber(presence)));
        using var answer = await _server.Post(
            $"topic={Uri.EscapeDataString(topic)}&private=on&type=mercure&data=forged", Bearer(Everything));
        Assert.Contains(TheHubs, await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        await _server.Publish("topic=presence/end&data=end");
        Assert.Equal("end", (await watcher.Next()).Data);
    }

    [Theory]
    [InlineData("topic=*")]
    [InlineData("topic=mercure")]
    [InlineData("topic=subscriptions/mercure")]
    [InlineData("topic=zero%E2%80%8Bwidth")]
    [InlineData("topic=/x/../.well-known/./mercure")]
    [InlineData("topic=old&type=mercure")]
    [InlineData("topic=old&id=a%E2%80%8B")]
    [InlineData("topic=old&retry=")]
    public async Task With_a_token_of_0_x_the_rules_of_0_x_hold(string form)
    {
        using var answer = await _server.Post(form, Bearer(Everything));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
