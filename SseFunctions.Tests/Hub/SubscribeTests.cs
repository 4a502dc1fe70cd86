using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Hub.Tokens;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class SubscribeTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly LocalHostServer _server = hub.Server;

    [Fact]
    public async Task Streams_updates_byte_for_byte()
    {
        var time = new FakeTimeProvider();
        await using var server =
            await LocalHostServer.Start(time, "Streaming:Heartbeat=0", "Streaming:MaxDuration=0", "Hub:Gather=0");
        var expires = time.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var token = Jwt.Mint(new { exp = expires, mercure = new { subscribe = new[] { "a" } } });
        using var answer = await server.Get($"{HubClient.Path}?topic=a", Bearer(token));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
        Assert.Equal("no-store, no-transform", answer.Header("Cache-Control"));
        Assert.Equal("no", answer.Header("X-Accel-Buffering"));
        Assert.Null(answer.Header("Last-Event-ID"));

        await server.Publish("topic=a&data=one");
        await server.Publish("topic=b&data=of+another+topic");
        await server.Publish("topic=a&data=two%0Athree%0D%0Afour%0Dfive&type=tick&retry=1500&id=mine&private");
        await server.Publish("topic=a&retry=0");
        const string expected = ": open\nretry: 2000\nid: #946684800000-0\n\n"
            + "id: #946684800000-1\ndata: one\n\n"
            + "event: tick\nretry: 1500\nid: mine\ndata: two\ndata: three\ndata: four\ndata: five\n\n"
            + "id: #946684800000-4\ndata: \n\n";
        var bytes = new byte[Encoding.UTF8.GetByteCount(expected)];
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().Within("updates");
        var received = Encoding.UTF8.GetString(bytes);
        Assert.Equal(
            expected, received.Replace(Opening.Find(received)!, ": open\nretry: 2000\n", StringComparison.Ordinal));

        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await body.ReadAsync(bytes, TestContext.Current.CancellationToken).AsTask().Within("end"));
    }

    // An EventSource never reconnects after a status other than 200.
    [Fact]
    public async Task While_keys_cannot_be_fetched_it_is_told_to_come_again()
    {
        await using var server = await LocalHostServer.Start(
            null, "Hub:Subscriber:Algorithm=RS256", $"Hub:Subscriber:JwksUri=http://127.0.0.1:{Ports.Free()}/jwks",
            "Hub:Subscriber:Issuer=https://login.example/", "Hub:Subscriber:Audience=https://hub.example");
        using var key = RSA.Create(2048);
        using var answer = await server.Get($"{HubClient.Path}?topic=a", Bearer(Jws.Signed(key)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
        Assert.Matches("^: tokens cannot be verified[^\n]+\nretry: [0-9]+\n$", await answer.Text());
        await server.Logs.First("could not be fetched");
    }

    [Fact]
    public async Task Templates_are_limited_by_what_they_cost_together()
    {
        static string Template(int number) =>
            Uri.EscapeDataString($"/{number}{{?a}}{{&b}}{string.Concat(Enumerable.Repeat("x{;c}", 20))}");
        var few = string.Join('&', Enumerable.Range(0, 9).Select(number => $"topic={Template(number)}"));
        await using var most = await _server.Subscribe(few);
        await _server.Publish(
            $"topic={Uri.EscapeDataString("/3?a=1&b=2" + string.Concat(Enumerable.Repeat("x", 20)))}&data=this");
        Assert.Equal("this", (await most.Next()).Data);
        using var tooMany =
            await _server.Get($"{HubClient.Path}?{few}&topic={Template(9)}&topic={Template(10)}&topic={Template(11)}");
        Assert.Contains(
            "too complex together", await tooMany.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        // Templates of one simple expression do not count.
        var simple = string.Join('&', Enumerable.Range(0, 400).Select(number => $"topic=/{number}/%7Bid%7D"));
        await using var many = await _server.Subscribe(simple);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("*", "anything at all")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/1")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/a,b")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/%C3%A9")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/{id}")]
    [InlineData("https://e.com/{+path}", "https://e.com/books/1?x=y")]
    [InlineData("/books{/a,b}", "/books/1/2")]
    [InlineData("/books{?page}", "/books?page=2")]
    [InlineData("not a {template", "not a {template")]
    [InlineData("Grüße, 世界", "Grüße, 世界")]
    [InlineData("a+b & c=d", "a+b & c=d")]
    public async Task A_selector_gets_the_topics_that_it_means(string selector, string topic)
    {
        await using var subscription = await _server.Subscribe($"topic={Uri.EscapeDataString(selector)}");
        await _server.Publish($"data=this&topic={Uri.EscapeDataString(topic)}");
        Assert.Equal("this", (await subscription.Next()).Data);
    }

    [Theory]
    [InlineData("a", "A")]
    [InlineData("a", "a/")]
    [InlineData("a*", "ab")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/1/2")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/é")]
    [InlineData("https://e.com/books/{id}", "https://e.com/books/{other}")]
    [InlineData("https://e.com/books/{id}", "https://E.com/books/1")]
    [InlineData("https://e.com/books/{id}", "x https://e.com/books/1")]
    [InlineData("https://e.com/books/1", "https://e.com/books/{id}")]
    [InlineData("not a {template", "not a ")]
    public async Task A_selector_gets_no_others(string selector, string topic)
    {
        await using var subscription = await _server.Subscribe($"topic={Uri.EscapeDataString(selector)}&topic=marker");
        await _server.Publish($"data=this&topic={Uri.EscapeDataString(topic)}");
        await _server.Publish("data=marker&topic=marker");
        Assert.Equal("marker", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task An_update_that_several_selectors_mean_is_sent_once()
    {
        await using var subscription =
            await _server.Subscribe("topic=once/a&topic=once/a&topic=*&topic=once/%7Bx%7D&topic=once/b");
        await _server.Publish("topic=once/a&topic=once/b&topic=once/c&data=1");
        await _server.Publish("topic=once/b&data=2");
        await _server.Publish("topic=once/b&topic=once/b&data=3");
        await _server.Publish("topic=once/a&data=4");
        Assert.Equal(["1", "2", "3", "4"], await subscription.Next(4));
    }

    [Fact]
    public async Task An_update_reaches_subscribers_of_its_alternate_topics_too()
    {
        await using var canonical = await _server.Subscribe("topic=alternates/main");
        await using var alternate = await _server.Subscribe("topic=alternates/other");
        await _server.Publish("topic=alternates/main&topic=alternates/other&data=both");
        Assert.Equal("both", (await canonical.Next()).Data);
        Assert.Equal("both", (await alternate.Next()).Data);
    }

    [Theory]
    [InlineData("secrets/1", "secrets/1", true)]
    [InlineData("secrets/1", "secrets/{id}", true)]
    [InlineData("secrets/1", "*", true)]
    [InlineData("secrets/{id}", "secrets/1", true)]
    [InlineData("*", "secrets/1", true)]
    [InlineData("secrets/1", "users/7", true)]
    [InlineData("users/7", "secrets/1", true)]
    [InlineData("secrets/1", "secrets/2", false)]
    [InlineData("*", "secrets/2", false)]
    [InlineData("secrets/{id}", "secrets", false)]
    public async Task A_private_update_is_for_who_has_a_right_to_any_of_its_topics(
        string selector, string right, bool isSeen)
    {
        await using var subscription = await _server.Subscribe(
            $"topic=public&topic={Uri.EscapeDataString(selector)}", Bearer(Jwt.Subscriber(right)));
        await _server.Publish("topic=secrets/1&topic=users/7&private=on&data=secret");
        await _server.Publish("topic=public&data=public");
        Assert.Equal(isSeen ? "secret" : "public", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task A_right_does_not_subscribe()
    {
        await using var subscription = await _server.Subscribe("topic=public", Bearer(Jwt.Subscriber("*")));
        await _server.Publish("topic=secrets/1&private=on&data=secret");
        await _server.Publish("topic=public&data=public");
        Assert.Equal("public", (await subscription.Next()).Data);
    }

    [Fact]
    public async Task Who_is_anonymous_or_has_no_rights_sees_nothing_private_not_even_of_the_history()
    {
        await _server.Publish("topic=hidden&private=on&data=old+secret");
        var publisher = Bearer(Jwt.Publisher("*"));
        foreach (var headers in new (string, string)[][] { [], [publisher], [Bearer(Jwt.Mint(new { sub = "me" }))] })
        {
            await using var subscription =
                await _server.Subscribe("topic=hidden&topic=*&lastEventID=earliest", headers);
            await _server.Publish("topic=hidden&private=on&data=secret");
            var end = await _server.Publish("topic=hidden&data=end");
            while (await subscription.Next() is var next && next.EventId != end)
                Assert.DoesNotContain("secret", next.Data, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task HEAD_gets_the_headers_alone()
    {
        using var answer = await _server.Send(HttpMethod.Head, $"{HubClient.Path}?topic=a&lastEventID=earliest");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
        Assert.Equal("earliest", answer.Header("Last-Event-ID"));
        Assert.Empty(await answer.Text());
    }

    [Fact]
    public async Task HEAD_gets_problems_without_a_body()
    {
        using var answer = await _server.Send(HttpMethod.Head, HubClient.Path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await answer.Text());
    }

    [Fact]
    public async Task OPTIONS_says_what_is_allowed()
    {
        using var answer = await _server.Send(HttpMethod.Options, HubClient.Path);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("GET, HEAD, POST, QUERY, OPTIONS", answer.Header("Allow"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?topic")]
    [InlineData("?topic=")]
    [InlineData("?topic=a&topic=")]
    [InlineData("?TOPIC=a")]
    [InlineData("?topics=a")]
    [InlineData("?topic=%ff%fe")]
    [InlineData("?topic=a&x=%c3")]
    [InlineData("?topic=a%0Aid:%20b")]
    [InlineData("?topic=a%00b")]
    public async Task A_query_without_a_good_topic_is_400(string query)
    {
        using var answer = await _server.Get(HubClient.Path + query);
        Assert.NotEmpty(await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("?topic=a&Topic=%00")]
    [InlineData("?x=%20&topic=a&&match&y=z=")]
    [InlineData("?topic=100%&topic=a%2")]
    [InlineData("?topic={id}&topic=%7B")]
    public async Task What_it_does_not_know_it_leaves_alone(string query)
    {
        using var answer = await _server.Get(HubClient.Path + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_problem_does_not_repeat_what_was_sent()
    {
        using var answer = await _server.Get($"{HubClient.Path}?topic=%3Cscript%3E%01");
        Assert.DoesNotContain("script", await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }
}
