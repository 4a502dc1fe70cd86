using System.Net;
using System.Text.Json;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>What the subscription API of Mercure 1.0 has to do, with one instance or several.</summary>
public abstract class MatcherSubscriptionsContract
{
    private const string Root = $"{HubClient.Path}/subscriptions";
    private const string AllOfThem = $"~{Root}/*";
    private const string Book = "https://e.com/books/:id";
    private const string EncodedBook = "https%3A%2F%2Fe.com%2Fbooks%2F%3Aid";

    private static readonly (string, string) Watcher = Bearer(AccessTokens.Subscriber(AllOfThem, Root, "end"));
    private static readonly string Watched = $"match_urlpattern={Uri.EscapeDataString(AllOfThem[1..])}";

    protected static readonly string[] On = ["Hub:Subscriptions=true", .. AccessTokens.Settings];

    private protected abstract Task<LocalHostServer> Start(params string[] settings);

    [Fact]
    public async Task Tells_byte_for_byte_who_comes_and_goes()
    {
        await using var server = await Start(On);
        await using var watcher = await server.Subscribe(Watched, Watcher);
        var own = Json((await watcher.Next()).Data);
        Assert.Equal(("urlpattern", AllOfThem[1..]), Match(own));

        var token = AccessTokens.Of(
            AccessTokens.Detail("publish", "of another action", "*"),
            AccessTokens.Detail("subscribe", new { user = 1 }, "a /b?%"),
            AccessTokens.Detail("subscribe", "of the second", "*"));
        var subscriber = await server.Subscribe(
            $"match_urlpattern={EncodedBook}&match=a%20%2Fb%3F%25", Bearer(token));
        var first = await watcher.Next();
        var id = Json(first.Data).GetProperty("subscriber").GetString()!;
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
        var encoded = Uri.EscapeDataString(id);
        string[] expected =
        [
            $"{{\"id\":\"{Root}/exact/a%20%2Fb%3F%25/{encoded}\",\"type\":\"subscription\","
                + $"\"match_type\":\"exact\",\"match\":\"a /b?%\",\"subscriber\":\"{id}\",\"active\":true,"
                + "\"payload\":{\"user\":1}}",
            $"{{\"id\":\"{Root}/urlpattern/{EncodedBook}/{encoded}\",\"type\":\"subscription\","
                + $"\"match_type\":\"urlpattern\",\"match\":\"{Book}\",\"subscriber\":\"{id}\",\"active\":true,"
                + "\"payload\":\"of the second\"}",
        ];
        var second = await watcher.Next();
        Assert.Equal(expected, new[] { first.Data, second.Data }.Order());
        Assert.Equal(["mercure", "mercure"], [first.EventType, second.EventType]);

        await subscriber.DisposeAsync();
        const string here = "\"active\":true";
        const string left = "\"active\":false";
        var gone = await watcher.Next(2);
        Assert.Equal(expected.Select(text => text.Replace(here, left, StringComparison.Ordinal)), gone.Order());
    }

    [Fact]
    public async Task Each_subscription_is_told_and_listed_in_the_format_of_its_own_protocol()
    {
        await using var server = await Start(On);
        await using var watcher = await server.Subscribe(
            $"topic={Uri.EscapeDataString(Root + "{/a}{/b}{/c}")}", Bearer(Jwt.Subscriber("*")));
        Assert.Equal("Subscription", Json((await watcher.Next()).Data).GetProperty("type").GetString());
        await using var mixed = await server.Subscribe("topic=a&match=a&match_urlpattern=*");
        var events = new List<(string, string)>();
        while (events.Count < 3)
        {
            var next = await watcher.Next();
            events.Add((next.EventType, Json(next.Data).GetProperty("type").GetString()!));
        }
        Assert.Equal([("mercure", "subscription"), ("mercure", "subscription"), ("message", "Subscription")],
            events.Order());

        using var newer = await server.Get(Root, Watcher);
        var listed = Json(await newer.Text());
        Assert.Equal("application/json", newer.Header("Content-Type"));
        Assert.Equal("subscriptions", listed.GetProperty("type").GetString());
        Assert.Equal(
            [("exact", "a"), ("urlpattern", "*")],
                listed.GetProperty("subscriptions").EnumerateArray().Select(Match).Order());
        using var older = await server.Get(Root, Bearer(Jwt.Subscriber("*")));
        Assert.Equal("application/ld+json", older.Header("Content-Type"));
        Assert.Equal(2, Json(await older.Text()).GetProperty("subscriptions").GetArrayLength());
        // The path decides which version's subscriptions are listed, whatever the token is.
        foreach (var token in new[] { AccessTokens.SubscribeAll, Jwt.Subscriber("*") })
        {
            using var old = await server.Get($"{Root}/a", Bearer(token));
            var oldList = Json(await old.Text()).GetProperty("subscriptions").EnumerateArray();
            Assert.Equal("a", Assert.Single(oldList).GetProperty("topic").GetString());
            using var exact = await server.Get($"{Root}/exact/a", Bearer(token));
            var exactList = Json(await exact.Text()).GetProperty("subscriptions").EnumerateArray();
            Assert.Equal(("exact", "a"), Match(Assert.Single(exactList)));
        }
    }

    [Fact]
    public async Task Lists_byte_for_byte_and_says_in_the_link_where_to_go_on_from()
    {
        await using var server = await Start(On);
        using (var empty = await server.Get(Root, Watcher))
        {
            Assert.Equal($"{{\"id\":\"{Root}\",\"type\":\"subscriptions\",\"subscriptions\":[]}}", await empty.Text());
            Assert.Equal(
                "</.well-known/mercure>; rel=\"mercure\"; last-event-id=\"earliest\"; type=\"mercure\"; "
                    + "content-type=\"application/json\"",
                empty.Header("Link"));
            Assert.Contains("no-cache", empty.Header("Cache-Control"), StringComparison.Ordinal);
        }
        await server.Publish("topic=b&id=a%22b%5Cc&data=b");
        using var answer = await server.Get($"{Root}/urlpattern/{EncodedBook}", Watcher);
        Assert.Equal(
            $"{{\"id\":\"{Root}/urlpattern/{EncodedBook}\",\"type\":\"subscriptions\",\"subscriptions\":[]}}",
                await answer.Text());
        Assert.Contains("last-event-id=\"a\\\"b\\\\c\"", answer.Header("Link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_one_can_be_asked_for_until_it_ends()
    {
        await using var server = await Start(On);
        await using var watcher = await server.Subscribe(Watched, Watcher);
        await watcher.Next();
        var subscriber = await server.Subscribe($"match_urlpattern={EncodedBook}");
        var told = (await watcher.Next()).Data;
        var path = Json(told).GetProperty("id").GetString()!;
        using (var answer = await server.Get(path, Watcher))
        {
            Assert.Equal("application/json", answer.Header("Content-Type"));
            Assert.Contains("last-event-id=", answer.Header("Link"), StringComparison.Ordinal);
            Assert.Equal(told, await answer.Text());
        }
        await subscriber.DisposeAsync();
        await watcher.Next();
        using var gone = await server.Get(path, Watcher);
        Assert.NotEmpty(await gone.Problem(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Answers_304_while_nothing_has_changed()
    {
        await using var server = await Start(On);
        using var first = await server.Get(Root, Watcher);
        var tag = first.Header("ETag")!;
        Assert.Matches("^\"[^\"]+\"$", tag);
        using var same = await server.Get(Root, Watcher, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Header("ETag"));
        await server.Publish("topic=b");
        // The list is the same, but the last event id, which is in a header, is not.
        using var changed = await server.Get(Root, Watcher, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Theory]
    [InlineData("", Root, true)]
    [InlineData("?match=a", Root, true)]
    [InlineData("", "*", true)]
    [InlineData("", "~" + Root, true)]
    [InlineData("", "~" + Root + "?*", true)]
    [InlineData("", "~" + Root + "/*", false)]
    [InlineData("", Root + "?match=a", false)]
    [InlineData("", Root + "/exact/a", false)]
    [InlineData("/exact/a", Root + "/exact/a", true)]
    [InlineData("/exact/a?x", Root + "/exact/a", true)]
    [InlineData("/exact/a", "~" + Root + "/:type/:match", true)]
    [InlineData("/exact/a", "~" + Root + "/exact/*", true)]
    [InlineData("/exact/a", Root, false)]
    [InlineData("/exact/a", Root + "/exact/b", false)]
    [InlineData("/exact/a", Root + "/urlpattern/a", false)]
    [InlineData("/exact/a", Root + "/a", false)]
    [InlineData("/exact/a", "a", false)]
    [InlineData("/exact/a%2Fb", "~" + Root + "/exact/:match", true)]
    [InlineData("/exact/a%2Fb", Root + "/exact/a%2Fb", true)]
    [InlineData("/exact/a%2Fb", Root + "/exact/a/b", false)]
    [InlineData("/urlpattern/*", Root + "/urlpattern/%2A", true)]
    public async Task Wants_a_grant_for_the_path_alone(string path, string grant, bool isAllowed)
    {
        await using var server = await Start(On);
        await using var subscriber = await server.Subscribe("match=a&match=a%2Fb&match_urlpattern=*");
        using var answer = await server.Get(Root + path, Bearer(AccessTokens.Subscriber(grant)));
        if (isAllowed) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else Assert.Equal("The token gives no right to these subscriptions.",
            await answer.Problem(HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData("/regexp/a/b", HttpStatusCode.BadRequest)]
    [InlineData("/Exact/a/b", HttpStatusCode.BadRequest)]
    [InlineData("/exact/a/unknown", HttpStatusCode.NotFound)]
    [InlineData("/exact/a/b/c", HttpStatusCode.NotFound)]
    public async Task Other_paths_are_problems(string path, HttpStatusCode status)
    {
        await using var server = await Start(On);
        using var answer = await server.Get(Root + path, Bearer(AccessTokens.SubscribeAll));
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("1.0", "/a", HttpStatusCode.BadRequest)]
    [InlineData("1.0", "/a/b", HttpStatusCode.BadRequest)]
    [InlineData("1.0", "/exact", HttpStatusCode.NotFound)]
    [InlineData("1.0", "/exact/a", HttpStatusCode.OK)]
    [InlineData("1.0,0.x", "/exact", HttpStatusCode.OK)]
    [InlineData("1.0,0.x", "/a/b", HttpStatusCode.NotFound)]
    public async Task The_first_segment_tells_the_protocols_apart(string dialects, string path, HttpStatusCode status)
    {
        await using var server = await Start([$"Hub:Dialects={dialects}", .. On]);
        using var answer = await server.Get(Root + path, Bearer(AccessTokens.SubscribeAll));
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Tells_nobody_without_the_grant()
    {
        await using var server = await Start(On);
        foreach (var headers in new (string, string)[][]
        {
            [],
            [Bearer(AccessTokens.PublishAll)],
            [Bearer(AccessTokens.Subscriber("a", "~/books/*", Root, $"~{Root}/urlpattern/*"))],
        })
        {
            await using var curious = await server.Subscribe("match=*&last_event_id=earliest", headers);
            await using var other = await server.Subscribe("match=a");
            var end = await server.Publish("topic=end&data=end");
            while (await curious.Next() is var next && next.EventId != end)
                Assert.DoesNotContain("\"exact\",\"match\":\"a\"", next.Data, StringComparison.Ordinal);
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static (string?, string?) Match(JsonElement document) =>
        (document.GetProperty("match_type").GetString(), document.GetProperty("match").GetString());
}
