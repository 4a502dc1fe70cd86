using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Subscriptions of Mercure 1.0: matchers instead of topic selectors.</summary>
public sealed class MatchTests(AccessTokenHubFixture hub) : IClassFixture<AccessTokenHubFixture>
{
    private readonly LocalHostServer _server = hub.Server;

    [Fact]
    public async Task Streams_updates_byte_for_byte()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await LocalHostServer.Start(
            time, ["Streaming:Heartbeat=0", "Streaming:MaxDuration=0", "Hub:Gather=0", .. AccessTokens.Settings]);
        var start = time.GetUtcNow().ToUnixTimeMilliseconds();
        using var answer = await server.Get(
            $"{HubClient.Path}?match=a&match_urlpattern={Encode("https://e.com/books/:id")}&last_event_id=",
            Bearer(AccessTokens.Subscriber("a")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
        Assert.Equal("no-store, no-transform", answer.Header("Cache-Control"));
        Assert.Equal("#0-0", answer.Header("Mercure-Last-Event-ID")!.Replace($"{start}", "0",
            StringComparison.Ordinal));
        Assert.Equal(answer.Header("Mercure-Last-Event-ID"), answer.Header("Last-Event-ID"));

        foreach (var form in new[]
        {
            "topic=a&data=one",
            "topic=b&data=of+another+topic",
            "topic=https://e.com/books/1&data=two%0Athree%0D%0Afour%0Dfive&type=tick&retry=1500&id=mine",
            "topic=https://e.com/books/1/2&data=not+it",
            "topic=a&private&retry=0",
        })
        {
            using var published = await server.Post(form, Bearer(AccessTokens.PublishAll));
            Assert.Equal(HttpStatusCode.OK, published.StatusCode);
            Assert.Equal("text/plain; charset=utf-8", published.Header("Content-Type"));
        }
        var expected = $": open\nretry: 2000\nid: #{start}-0\n\n"
            + $"id: #{start}-1\ndata: one\n\n"
            + "event: tick\nretry: 1500\nid: mine\ndata: two\ndata: three\ndata: four\ndata: five\n\n"
            + $"id: #{start}-5\ndata: \n\n";
        var bytes = new byte[Encoding.UTF8.GetByteCount(expected)];
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().Within("updates");
        var received = Encoding.UTF8.GetString(bytes);
        Assert.Equal(expected, received.Replace(Opening.Find(received)!, ": open\nretry: 2000\n",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("match", "a", "a", true)]
    [InlineData("match_exact", "a", "a", true)]
    [InlineData("match", "a", "A", false)]
    [InlineData("match", "*", "anything at all", true)]
    [InlineData("match_exact", "*", "anything at all", true)]
    [InlineData("match_urlpattern", "*", "anything at all", true)]
    [InlineData("match", "https://e.com/books/{id}", "https://e.com/books/{id}", true)]
    [InlineData("match", "https://e.com/books/{id}", "https://e.com/books/1", false)]
    [InlineData("match", "https://e.com/a", "https://E.com/a", false)]
    [InlineData("match", "https://e.com/a/../b", "https://e.com/b", false)]
    [InlineData("match", "Grüße, 世界", "Grüße, 世界", true)]
    [InlineData("match", "a+b & c=d", "a+b & c=d", true)]
    [InlineData("match_urlpattern", "https://e.com/books/:id", "https://e.com/books/1", true)]
    [InlineData("match_urlpattern", "https://e.com/books/:id", "https://E.com/books/1", true)]
    [InlineData("match_urlpattern", "https://e.com/books/:id", "https://e.com/Books/1", false)]
    [InlineData("match_urlpattern", "https://e.com/books/:id", "https://e.com/books/1/2", false)]
    [InlineData("match_urlpattern", "https://e.com/books/:id", "https://e.com/books/:id", true)]
    [InlineData("match_urlpattern", "https://e.com/books/{id}", "https://e.com/books/{id}", false)]
    [InlineData("match_urlpattern", "https://e.com/*", "not a URL, but relative", false)]
    [InlineData("match_urlpattern", "/books/:id", "/books/1", true)]
    [InlineData("match_urlpattern", "/books/:id", "https://e.com/books/1", false)]
    [InlineData("topic", "https://e.com/books/{id}", "https://e.com/books/1", true)]
    public async Task A_matcher_gets_the_topics_that_it_means(string name, string matcher, string topic, bool isMeant)
    {
        await using var subscription = await _server.Subscribe($"{name}={Encode(matcher)}&match=marker");
        await _server.Publish($"data=this&topic={Encode(topic)}");
        await _server.Publish("data=marker&topic=marker");
        Assert.Equal(isMeant ? "this" : "marker", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task Relative_patterns_and_topics_are_relative_to_the_address_of_the_hub()
    {
        await using var server = await LocalHostServer.Start();
        var hub = server.Url.GetLeftPart(UriPartial.Authority);
        await using var relative = await server.Subscribe("match_urlpattern=/relative/:id&match=end");
        await using var absolute = await server.Subscribe(
            $"match_urlpattern={Encode($"{hub}/relative/:id")}&match=end");
        await using var other = await server.Subscribe(
            "match_urlpattern=/relative/:id&match=end", ("Host", "other.example"));
        await PublishEach(
            server, "/relative/1", $"{hub}/relative/2", "https://other.example/relative/3",
            "http://other.example/relative/4", "end");
        Assert.Equal(["1", "2", "d"], await relative.Next(3));
        Assert.Equal(["1", "2", "d"], await absolute.Next(3));
        Assert.Equal(["1", "4", "d"], await other.Next(3));
    }

    [Fact]
    public async Task With_a_resource_id_patterns_and_topics_are_relative_to_it_whatever_the_Host_is()
    {
        const string Hub = "https://hub.example";
        await using var server = await LocalHostServer.Start(null, $"Hub:ResourceId={Hub}/.well-known/mercure");
        await using var relative = await server.Subscribe(
            "match_urlpattern=/relative/:id&match=end", ("Host", "other.example"));
        await PublishEach(
            server, "/relative/1", $"{Hub}/relative/2", "http://other.example/relative/3", "end");
        Assert.Equal(["1", "2", "d"], await relative.Next(3));
    }

    [Fact]
    public async Task A_request_may_mix_both_protocols_and_gets_each_update_once()
    {
        var (template, pattern) = (Encode("mixed/{x}"), Encode("/.well-known/mixed/:x"));
        await using var mixed = await _server.Subscribe(
            "topic=mixed/a&match=mixed/a&match=mixed/a&match_exact=mixed/a"
                + $"&topic={template}&match_urlpattern={pattern}");
        await using var old = await _server.Subscribe("topic=mixed/a&topic=mixed/c");
        await using var newer = await _server.Subscribe("match=mixed/a&match=mixed/c");
        await _server.Publish("topic=mixed/a&topic=mixed/b&data=1");
        await _server.Publish("topic=mixed/b&data=2");
        await _server.Publish("topic=mixed/c&topic=mixed/a&data=3");
        Assert.Equal(["1", "2", "3"], await mixed.Next(3));
        Assert.Equal(["1", "3"], await old.Next(2));
        Assert.Equal(["1", "3"], await newer.Next(2));
    }

    [Fact]
    public async Task An_exact_matcher_of_a_templates_text_is_apart_from_the_template()
    {
        var text = Encode("apart/{x}");
        await using var exact = await _server.Subscribe($"match={text}&match=apart-end");
        await using var template = await _server.Subscribe($"topic={text}&match=apart-end");
        await using var again = await _server.Subscribe($"match={text}&match=apart-end");
        await _server.Publish("topic=apart/1&data=1");
        await _server.Publish($"topic={text}&data=2");
        await _server.Publish("topic=apart-end&data=end");
        Assert.Equal(["2", "end"], await exact.Next(2));
        Assert.Equal(["1", "2", "end"], await template.Next(3));
        Assert.Equal(["2", "end"], await again.Next(2));
    }

    [Theory]
    [InlineData("match=secrets/1", "secrets/1", true)]
    [InlineData("match=secrets/1", "*", true)]
    [InlineData("match=secrets/1", "~*", true)]
    [InlineData("match=secrets/1", "users/7", true)]
    [InlineData("match=secrets/1", "~/.well-known/secrets/:id", true)]
    [InlineData("topic=secrets/{id}", "~/.well-known/secrets/:id", true)]
    [InlineData("match=*", "secrets/1", true)]
    [InlineData("match=secrets/1", "secrets/{id}", false)]
    [InlineData("match=secrets/1", "secrets/2", false)]
    [InlineData("match=*", "~/.well-known/secrets/:id/x", false)]
    public async Task A_private_update_is_for_who_has_a_grant_for_any_of_its_topics(string query, string grant,
        bool isSeen)
    {
        await using var subscription = await _server.Subscribe(
            $"match=public&{query.Replace("{", "%7B", StringComparison.Ordinal)}",
                Bearer(AccessTokens.Subscriber(grant)));
        await _server.Publish("topic=secrets/1&topic=users/7&private=on&data=secret");
        await _server.Publish("topic=public&data=public");
        Assert.Equal(isSeen ? "secret" : "public", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task Private_updates_cross_the_protocols_and_grants_to_publish_show_nothing()
    {
        await using var oldWithNewToken = await _server.Subscribe("topic=crossed&topic=c-end",
            Bearer(AccessTokens.Subscriber("crossed")));
        await using var newWithOldToken = await _server.Subscribe("match=crossed&match=c-end",
            Bearer(Jwt.Subscriber("cro{x}")));
        await using var publisher = await _server.Subscribe("match=crossed&match=c-end",
            Bearer(AccessTokens.PublishAll));
        await using var anonymous = await _server.Subscribe("match=crossed&match=c-end");
        await _server.Publish("topic=crossed&private&data=old");
        using (var published = await _server.Post("topic=crossed&private&data=new",
            Bearer(AccessTokens.Publisher("crossed"))))
            Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        await _server.Publish("topic=c-end&data=end");
        Assert.Equal(["old", "new", "end"], await oldWithNewToken.Next(3));
        Assert.Equal(["old", "new", "end"], await newWithOldToken.Next(3));
        Assert.Equal(["end"], await publisher.Next(1));
        Assert.Equal(["end"], await anonymous.Next(1));
    }

    [Fact]
    public async Task What_was_missed_is_seen_with_the_rights_of_the_token_that_asks()
    {
        await _server.Publish("topic=missed&private&data=secret");
        await _server.Publish("topic=missed&data=end");
        await using var with = await _server.Subscribe("match=missed&last_event_id=earliest",
            Bearer(AccessTokens.Subscriber("~/.well-known/missed")));
        await using var without = await _server.Subscribe("match=missed&last_event_id=earliest",
            Bearer(AccessTokens.Subscriber("other")));
        Assert.Equal(["secret", "end"], await with.Next(2));
        Assert.Equal(["end"], await without.Next(1));
    }

    [Fact]
    public async Task Identical_matchers_count_once_and_a_hundred_are_the_most()
    {
        var most = string.Join('&', Enumerable.Range(0, 50)
            .Select(number => $"match=m{number}&match_exact=m{number}&match_urlpattern=/m{number}"));
        await using var subscription = await _server.Subscribe(most);
        await _server.Publish("topic=m7&data=7");
        Assert.Equal("7", (await subscription.Next()).Data);
        using var tooMany = await _server.Get($"{HubClient.Path}?{most}&match=one+more");
        Assert.Contains("more than 100 matchers", await tooMany.Problem(HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_gets_the_headers_alone()
    {
        using var answer = await _server.Send(HttpMethod.Head, $"{HubClient.Path}?match=a&last_event_id=earliest");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("earliest", answer.Header("Mercure-Last-Event-ID"));
        Assert.Empty(await answer.Text());
    }

    private static string Encode(string text) => Uri.EscapeDataString(text);

    // The data of each update is the last character of its topic.
    private static async Task PublishEach(LocalHostServer server, params string[] topics)
    {
        foreach (var topic in topics) await server.Publish($"topic={Encode(topic)}&data={topic[^1]}");
    }
}
