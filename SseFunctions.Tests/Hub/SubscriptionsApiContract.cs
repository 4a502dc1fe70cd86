using System.Net;
using System.Text.Json;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>The contract of the subscription API, with one instance or several.</summary>
public abstract class SubscriptionsApiContract
{
    protected const string On = "Hub:Subscriptions=true";
    private const string Root = $"{HubClient.Path}/subscriptions";
    private const string AllOfThem = Root + "{/topic}{/subscriber}";
    private const string Book = "https://e.com/books/{id}";
    private const string EncodedBook = "https%3A%2F%2Fe.com%2Fbooks%2F%7Bid%7D";

    private static readonly (string, string) Watcher = Bearer(Jwt.Subscriber(AllOfThem));
    private static readonly string Watched = $"topic={Uri.EscapeDataString(AllOfThem)}";

    private protected abstract Task<LocalHostServer> Start(params string[] settings);

    [Theory]
    [InlineData(Root)]
    [InlineData(Root + "/a")]
    [InlineData(Root + "/a/b")]
    public async Task Off_by_default_it_is_404_and_says_so(string path)
    {
        await using var server = await Start();
        using var answer = await server.Get(path, Watcher);
        Assert.Contains("Hub:Subscriptions", await answer.Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
        await using var watcher = await server.Subscribe($"{Watched}&topic=end&lastEventID=earliest", Watcher);
        await using var other = await server.Subscribe("topic=a");
        await server.Publish("topic=end&data=end");
        Assert.Equal("end", (await watcher.Next()).Data);
    }

    [Fact]
    public async Task Tells_who_comes_and_goes_the_watcher_itself_first()
    {
        await using var server = await Start(On);
        await using var watcher = await server.Subscribe(Watched, Watcher);
        var own = Json((await watcher.Next()).Data);
        Assert.Equal(AllOfThem, own.GetProperty("topic").GetString());
        Assert.True(own.GetProperty("active").GetBoolean());
        Assert.False(own.TryGetProperty("payload", out _));

        var token =
            Jwt.Mint(new { mercure = new { payload = new { user = "https://e.com/users/1", list = new[] { 1, 2 } } } });
        var subscriber = await server.Subscribe($"topic={EncodedBook}&topic=z", Bearer(token));
        var came = await watcher.Next();
        Assert.Equal("message", came.EventType);
        var document = Json(came.Data);
        var id = document.GetProperty("subscriber").GetString()!;
        Assert.Matches("^urn:uuid:[0-9a-f-]{36}$", id);
        Assert.Equal("https://mercure.rocks/", document.GetProperty("@context").GetString());
        Assert.Equal($"{Root}/{EncodedBook}/{Uri.EscapeDataString(id)}", document.GetProperty("id").GetString());
        Assert.Equal("Subscription", document.GetProperty("type").GetString());
        Assert.Equal(Book, document.GetProperty("topic").GetString());
        Assert.True(document.GetProperty("active").GetBoolean());
        Assert.Equal(
            """{"user":"https://e.com/users/1","list":[1,2]}""", document.GetProperty("payload").GetRawText());
        var second = Json((await watcher.Next()).Data);
        Assert.Equal("z", second.GetProperty("topic").GetString());
        Assert.Equal(id, second.GetProperty("subscriber").GetString());

        await subscriber.DisposeAsync();
        foreach (var topic in new[] { Book, "z" })
        {
            var gone = Json((await watcher.Next()).Data);
            Assert.Equal(
                (topic, id), (gone.GetProperty("topic").GetString(), gone.GetProperty("subscriber").GetString()));
            Assert.False(gone.GetProperty("active").GetBoolean());
        }
    }

    [Fact]
    public async Task Each_connection_has_an_id_of_its_own()
    {
        await using var server = await Start(On);
        await using var one = await server.Subscribe("topic=a");
        await using var other = await server.Subscribe("topic=a");
        var list = await List(server, Root, 2);
        Assert.Equal(2, list.Select(item => item.GetProperty("subscriber").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Tells_nobody_without_the_right()
    {
        await using var server = await Start(On);
        foreach (var headers in new (string, string)[][]
        {
            [],
            [Bearer(Everything)],
            [Bearer(Jwt.Subscriber("a", "https://e.com/{+x}"))],
            [Bearer(Jwt.Subscriber(Root + "/other/{subscriber}"))],
        })
        {
            await using var curious = await server.Subscribe($"topic=*&{Watched}&lastEventID=earliest", headers);
            await using var other = await server.Subscribe("topic=a");
            var end = await server.Publish("topic=end&data=end");
            while (await curious.Next() is var next && next.EventId != end) Assert.Equal("end", next.Data);
        }
    }

    [Fact]
    public async Task Lists_all_those_of_a_topic_and_one()
    {
        await using var server = await Start(On);
        await using var book = await server.Subscribe($"topic={EncodedBook}");
        await using var other = await server.Subscribe("topic=a+b&topic=z");
        Assert.Equal(["a b", Book, "z"], (await List(server, Root, 3)).Select(Topic).Order(StringComparer.Ordinal));
        var listed = Assert.Single(await List(server, $"{Root}/{EncodedBook}", 1));
        Assert.Equal(Book, Topic(listed));
        Assert.Equal("a b", Topic(Assert.Single(await List(server, $"{Root}/a%20b", 1))));
        Assert.Empty(await List(server, $"{Root}/other", 0));

        using var answer = await server.Get(listed.GetProperty("id").GetString()!, Watcher);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("application/ld+json", answer.Header("Content-Type"), StringComparison.Ordinal);
        var document = Json(await answer.Text());
        foreach (var name in new[] { "id", "type", "topic", "subscriber", "active" })
            Assert.Equal(listed.GetProperty(name).GetRawText(), document.GetProperty(name).GetRawText());
        Assert.Equal("https://mercure.rocks/", document.GetProperty("@context").GetString());
        Assert.True(document.TryGetProperty("lastEventID", out _));
    }

    [Fact]
    public async Task A_collection_says_where_to_go_on_from()
    {
        await using var server = await Start(On);
        using var empty = await server.Get(Root, Watcher);
        Assert.Equal(
            "{\"@context\":\"https://mercure.rocks/\",\"id\":\"/.well-known/mercure/subscriptions\","
                + "\"type\":\"Subscriptions\","
            + "\"lastEventID\":\"earliest\",\"subscriptions\":[]}",
            await empty.Text());
        Assert.Contains("rel=\"mercure\"", empty.Header("Link"), StringComparison.Ordinal);

        await using var present = await server.Subscribe(Watched, Watcher);
        Assert.Equal(AllOfThem, Topic(Json((await present.Next()).Data)));
        var last = await server.Publish("topic=b&id=the-last&data=b");
        using var answer = await server.Get(Root, Watcher);
        var document = Json(await answer.Text());
        Assert.Equal(last, document.GetProperty("lastEventID").GetString());
        await using var other = await server.Subscribe("topic=c");
        // The update about a subscriber follows its headers. This one must be in the log before the next subscriber
        // opens.
        Assert.Equal("c", Topic(Json((await present.Next()).Data)));
        await using var watcher = await server.Subscribe($"{Watched}&lastEventID={last}", Watcher);
        Assert.Equal(last, watcher.LastEventId);
        Assert.Equal("c", Topic(Json((await watcher.Next()).Data)));
    }

    [Fact]
    public async Task Where_to_go_on_from_is_no_private_update_that_the_reader_may_not_see()
    {
        await using var server = await Start(On);
        await server.Publish("topic=b&data=old");
        var hidden = await server.Publish("topic=secret&private=on&id=hidden&data=secret");
        using var answer = await server.Get(Root, Watcher);
        var cursor = Json(await answer.Text()).GetProperty("lastEventID").GetString()!;
        Assert.NotEqual(hidden, cursor);
        Assert.DoesNotContain(hidden, answer.Header("Link"), StringComparison.Ordinal);
        await using var next = await server.Subscribe($"topic=b&lastEventID={Uri.EscapeDataString(cursor)}", Watcher);
        Assert.Equal(cursor, next.LastEventId);
        await server.Publish("topic=b&data=new");
        Assert.Equal("new", (await next.Next()).Data);
    }

    [Fact]
    public async Task Answers_304_while_nothing_has_changed()
    {
        await using var server = await Start(On);
        await server.Publish("topic=b&id=%22quoted%22&data=b");
        using var first = await server.Get(Root, Watcher);
        var tag = first.Header("ETag")!;
        Assert.Matches("^\"[^\"]+\"$", tag);
        using var same = await server.Get(Root, Watcher, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Header("ETag"));
        await server.Publish("topic=b");
        using var changed = await server.Get(Root, Watcher, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var forbidden = await server.Get(Root, ("If-None-Match", changed.Header("ETag")!));
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    [Theory]
    [InlineData("", Root, true)]
    [InlineData("", AllOfThem, true)]
    [InlineData("", "*", true)]
    [InlineData("", Root + "/{topic}", false)]
    [InlineData("", "a", false)]
    [InlineData("/a", Root + "/a", true)]
    [InlineData("/a", Root + "/{topic}", true)]
    [InlineData("/a", Root, false)]
    [InlineData("/a", Root + "/b", false)]
    [InlineData("/" + EncodedBook, Root + "/" + EncodedBook, true)]
    [InlineData("/" + EncodedBook, Root + "/{topic}", true)]
    [InlineData("/" + EncodedBook, Root + "/a", false)]
    public async Task Wants_a_right_to_the_address_itself(string path, string right, bool isAllowed)
    {
        await using var server = await Start(On);
        using var answer = await server.Get(Root + path, Bearer(Jwt.Subscriber(right)));
        if (isAllowed) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else Assert.Equal(
            "The token gives no right to these subscriptions.", await answer.Problem(HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Does_not_say_without_the_right_whether_a_subscription_exists()
    {
        await using var server = await Start(On);
        await using var subscriber = await server.Subscribe("topic=a");
        var one = Assert.Single(await List(server, Root, 1)).GetProperty("id").GetString()!;
        foreach (var path in new[] { one, $"{Root}/a/unknown", $"{Root}/unknown/unknown", $"{Root}/a" })
        {
            using var answer = await server.Get(path, Bearer(Jwt.Subscriber("a")));
            Assert.Equal(
                "The token gives no right to these subscriptions.", await answer.Problem(HttpStatusCode.Forbidden));
        }
    }

    [Fact]
    public async Task Wants_a_token_and_a_good_one()
    {
        await using var server = await Start(On, "Hub:Anonymous=false");
        using var none = await server.Get(Root);
        Assert.NotEmpty(await none.Problem(HttpStatusCode.Unauthorized));
        using var bad = await server.Get(Root, Bearer("bad"));
        Assert.NotEmpty(await bad.Problem(HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task One_that_ended_or_never_was_is_404()
    {
        await using var server = await Start(On);
        var subscriber = await server.Subscribe("topic=a");
        var id = Assert.Single(await List(server, Root, 1)).GetProperty("id").GetString()!;
        await subscriber.DisposeAsync();
        await List(server, Root, 0);
        foreach (var path in new[] { id, $"{Root}/a/urn%3Auuid%3Aunknown" })
        {
            using var answer = await server.Get(path, Watcher);
            Assert.NotEmpty(await answer.Problem(HttpStatusCode.NotFound));
        }
    }

    [Fact]
    public async Task HEAD_gets_the_headers_alone()
    {
        await using var server = await Start(On);
        using var answer = await server.Send(HttpMethod.Head, Root, Watcher);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotNull(answer.Header("ETag"));
        Assert.Empty(await answer.Text());
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_list_that_has_changed_is_sent_though_the_last_id_is_the_same()
    {
        await using var server = await Start(On);
        await server.Publish("topic=b&id=same&data=1");
        using var first = await server.Get(Root, Watcher);
        await using var subscriber = await server.Subscribe($"topic=a&{Watched}", Watcher);
        await subscriber.Next(2);
        await server.Publish("topic=b&id=same&data=2");
        using var changed = await server.Get(Root, Watcher, ("If-None-Match", first.Header("ETag")!));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(2, Json(await changed.Text()).GetProperty("subscriptions").GetArrayLength());
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static string Topic(JsonElement document) => document.GetProperty("topic").GetString()!;

    // Waits until the collection has this number of subscriptions: changes appear in it with a delay.
    private static async Task<JsonElement[]> List(LocalHostServer server, string path, int count)
    {
        await using var watcher =
            await server.Subscribe($"{Watched}&lastEventID=earliest", Bearer(Jwt.Subscriber("*")));
        while (true)
        {
            using var answer = await server.Get(path, Watcher);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.StartsWith("application/ld+json", answer.Header("Content-Type"), StringComparison.Ordinal);
            var document = Json(await answer.Text());
            Assert.Equal(path, document.GetProperty("id").GetString());
            JsonElement[] items =
                [.. document.GetProperty("subscriptions").EnumerateArray().Where(item => Topic(item) != AllOfThem)];
            if (items.Length == count) return items;
            await watcher.Next();
        }
    }
}
