using System.Net;
using System.Text;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class LimitsTests
{
    private const string Frame = "topic=a&data=";

    [Theory]
    [InlineData(1024, false)]
    [InlineData(1024, true)]
    [InlineData(1024 * 1024, false)]
    [InlineData(1024 * 1024, true)]
    [InlineData(8 * 1024 * 1024, true)]
    public async Task A_body_of_the_largest_size_arrives_and_one_byte_more_is_413(int limit, bool isChunked)
    {
        await using var server =
            await LocalHostServer.Start(null, $"Hub:MaxUpdateBytes={limit}", "Hub:History:MaxBytes=1000000000");
        await using var subscription = await server.Subscribe("topic=a");
        using var large = Body(limit, isChunked);
        using var answer = await server.Http.SendAsync(large, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(limit - Frame.Length, (await subscription.Next()).Data.Length);

        using var tooLarge = Body(limit + 1, isChunked);
        using var refused = await server.Http.SendAsync(tooLarge, TestContext.Current.CancellationToken);
        Assert.Contains(
            $"{limit} bytes", await refused.Problem(HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        await server.Publish("topic=a&data=end");
        Assert.Equal("end", (await subscription.Next()).Data);
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Does_not_wait_for_a_body_that_is_said_to_be_too_large()
    {
        await using var server = await LocalHostServer.Start();
        using var client =
            await RawClient.Get(new Uri(server.Url, HubClient.Path), Headers("Content-Length: 99999999999"), "POST");
        Assert.StartsWith("HTTP/1.1 413 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_take_a_chunked_body_without_end()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:MaxUpdateBytes=1024");
        using var client = await RawClient.Get(
            new Uri(server.Url, HubClient.Path),
            Headers("Transfer-Encoding: chunked") + $"\r\n1000\r\n{new string('a', 0x1000)}",
            "POST");
        Assert.StartsWith("HTTP/1.1 413 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 100", "topic=a&data=half")]
    [InlineData("Transfer-Encoding: chunked", "11\r\ntopic=a&data=half\r\n")]
    [InlineData("Transfer-Encoding: chunked", "ff\r\ntopic=a&data=half")]
    public async Task A_client_that_stops_in_the_middle_of_its_body_publishes_nothing(string header, string body)
    {
        await using var server = await LocalHostServer.Start();
        await using var subscription = await server.Subscribe("topic=a");
        var client = await RawClient.Get(new Uri(server.Url, HubClient.Path), Headers(header) + $"\r\n{body}", "POST");
        client.Break();
        await server.Publish("topic=a&data=after");
        Assert.Equal("after", (await subscription.Next()).Data);
        Assert.Equal(["after"], await server.Held("a"));
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_chunked_body_that_is_none_is_400()
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(
            new Uri(server.Url, HubClient.Path), Headers("Transfer-Encoding: chunked") + "\r\nzz\r\ntopic=a", "POST");
        Assert.StartsWith("HTTP/1.1 400 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Topics_of_a_subscription_are_limited()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:MaxTopics=3");
        using var most = await server.Get($"{HubClient.Path}?topic=a&topic=b&topic=c&other=d");
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        using var tooMany = await server.Get($"{HubClient.Path}?topic=a&topic=b&topic=c&topic=d");
        Assert.Contains('3', await tooMany.Problem(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Topics_of_an_update_are_limited()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:MaxTopics=3");
        await server.Publish("topic=a&topic=b&topic=c");
        using var tooMany = await server.Post("topic=a&topic=b&topic=c&topic=d", Bearer(Everything));
        Assert.Contains('3', await tooMany.Problem(HttpStatusCode.RequestEntityTooLarge));
        using var fields =
            await server.Post($"topic=a{string.Concat(Enumerable.Repeat("&x", 200))}", Bearer(Everything));
        Assert.NotEmpty(await fields.Problem(HttpStatusCode.RequestEntityTooLarge));
    }

    [Theory]
    [InlineData("topic", 4096)]
    [InlineData("id", 1024)]
    [InlineData("type", 256)]
    public async Task Fields_of_an_update_are_limited(string field, int limit)
    {
        await using var server = await LocalHostServer.Start();
        await server.Publish($"topic=a&{field}={new string('a', limit)}");
        using var tooLong = await server.Post($"topic=a&{field}={new string('a', limit + 1)}", Bearer(Everything));
        Assert.NotEmpty(await tooLong.Problem(HttpStatusCode.RequestEntityTooLarge));
    }

    [Fact]
    public async Task The_selectors_of_a_subscription_are_limited()
    {
        await using var server = await LocalHostServer.Start();
        using var most = await server.Get($"{HubClient.Path}?topic={new string('a', 4096)}");
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        using var tooLong = await server.Get($"{HubClient.Path}?topic={new string('a', 4097)}");
        Assert.NotEmpty(await tooLong.Problem(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("Hub:MaxSubscribers=2")]
    [InlineData("Hub:MaxSubscribersPerClient=2")]
    public async Task One_too_many_is_told_to_come_again_so_that_its_EventSource_does_not_give_up(string setting)
    {
        await using var server = await LocalHostServer.Start(null, setting);
        await using var first = await server.Subscribe("topic=a");
        var second = await server.Subscribe("topic=a");
        // A subscriber is counted shortly after it gets its headers, and certainly before it gets an update.
        await server.Publish("topic=a&data=joined");
        Assert.Equal("joined", (await first.Next()).Data);
        Assert.Equal("joined", (await second.Next()).Data);
        using var third = await server.Get($"{HubClient.Path}?topic=a");
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
        Assert.Equal("text/event-stream", third.Header("Content-Type"));
        Assert.Matches("^: [^\n]+\nretry: 1[0-9]{4}\n$", await third.Text());
        await server.Logs.First(setting.Split('=')[0] + " is 2");

        await second.DisposeAsync();
        await server.Logs.First("ended: client_gone");
        await using var again = await server.Subscribe("topic=a");
        await server.Publish("topic=a&data=a");
        Assert.Equal("a", (await again.Next()).Data);
        Assert.Equal("a", (await first.Next()).Data);
    }

    [Fact]
    public async Task Clients_are_told_apart_by_what_the_trusted_proxy_says_and_not_by_what_they_say()
    {
        await using var server =
            await LocalHostServer.Start(null, "Hub:MaxSubscribersPerClient=1", "Hub:TrustedProxies=1");
        await using var first = await server.Subscribe("topic=a", ("X-Forwarded-For", "10.0.0.9, 192.0.2.1:4711"));
        await using var other = await server.Subscribe("topic=a", ("X-Forwarded-For", "192.0.2.2"));
        await server.Publish("topic=a&data=a");
        // Subscribers that get an update have been counted.
        Assert.Equal("a", (await first.Next()).Data);
        Assert.Equal("a", (await other.Next()).Data);
        using var same = await server.Get($"{HubClient.Path}?topic=a", ("X-Forwarded-For", "10.0.0.1, 192.0.2.1:4712"));
        Assert.Contains("retry:", await same.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[2001:db8:1:2::1]:4711", "[2001:db8:1:2:f::2]:4712", "2001:db8:1:3::1")]
    [InlineData("192.0.2.1", "[::ffff:192.0.2.1]:4711", "::ffff:192.0.2.2")]
    public async Task A_client_with_many_addresses_is_one(string first, string same, string other)
    {
        await using var server =
            await LocalHostServer.Start(null, "Hub:MaxSubscribersPerClient=1", "Hub:TrustedProxies=1");
        await using var one = await server.Subscribe("topic=a", ("X-Forwarded-For", first));
        await using var two = await server.Subscribe("topic=a", ("X-Forwarded-For", other));
        await server.Publish("topic=a&data=a");
        Assert.Equal("a", (await one.Next()).Data);
        Assert.Equal("a", (await two.Next()).Data);
        using var refused = await server.Get($"{HubClient.Path}?topic=a", ("X-Forwarded-For", same));
        Assert.Contains("retry:", await refused.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("topic=a")]
    [InlineData("topic=a&lastEventID=earliest")]
    public async Task A_subscriber_that_does_not_read_falls_behind_alone_and_is_told_so_when_it_resumes(string query)
    {
        await using var server =
            await LocalHostServer.Start(null, "Hub:History:MaxCount=100", "Streaming:WriteTimeout=01:00:00");
        await using var slow = await server.Subscribe(query);
        await using var fast = await server.Subscribe("topic=a");
        // Both subscribers must receive the first numbered update.
        await server.Publish("topic=a&data=joined");
        Assert.Equal("joined", (await slow.Next()).Data);
        Assert.Equal("joined", (await fast.Next()).Data);
        var text = new string('x', 200_000);
        // These updates exceed the history and the buffers of all sockets.
        for (var number = 0; number < 250; number++)
        {
            await server.Services.Publisher()
                .PublishAsync(new Update(["a"], $"{number} {text}"), TestContext.Current.CancellationToken);
            Assert.StartsWith($"{number} ", (await fast.Next()).Data, StringComparison.Ordinal);
        }
        var received = await slow.UntilEnd();
        Assert.InRange(received.Count, 1, 249);
        Assert.Equal(Enumerable.Range(0, received.Count), received.Select(item => int.Parse(item.Data.Split(' ')[0])));
        await server.Logs.First("A stream of hub ended: fell_behind");

        await using var resumed = await server.Subscribe("topic=a", ("Last-Event-ID", received[^1].EventId!));
        Assert.Equal("earliest", resumed.LastEventId);
        Assert.StartsWith("150 ", (await resumed.Next()).Data, StringComparison.Ordinal);
        Assert.Empty(server.Logs.Errors);
    }

    private static string Headers(string header) =>
        $"Authorization: Bearer {Everything}\r\nContent-Type: application/x-www-form-urlencoded\r\n{header}\r\n";

    private static HttpRequestMessage Body(int bytes, bool isChunked)
    {
        var request = Form("", Bearer(Everything));
        var type = request.Content!.Headers.ContentType;
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(Frame + new string('x', bytes - Frame.Length)));
        request.Content.Headers.ContentType = type;
        request.Headers.TransferEncodingChunked = isChunked;
        return request;
    }
}
