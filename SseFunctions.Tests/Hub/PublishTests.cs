using System.Net;
using System.Net.Http.Headers;
using System.Text;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class PublishTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly LocalHostServer _server = hub.Server;

    [Fact]
    public async Task Answers_with_the_id_that_subscribers_get()
    {
        await using var subscription = await _server.Subscribe("topic=answers");
        using var answer = await _server.Post("topic=answers&data=a", Bearer(Everything));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        var id = await answer.Text();
        Assert.Matches("^#[0-9]+-[0-9]+$", id);
        Assert.Equal(id, (await subscription.Next()).EventId);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded;")]
    [InlineData("Application/X-WWW-Form-urlencoded ; charset=UTF-8")]
    [InlineData("application/x-www-form-urlencoded; charset=nonsense; ;")]
    public async Task Whatever_parameters_the_type_of_a_form_has_it_is_a_form(string type)
    {
        using var request = Form("topic=types&data=a", Bearer(Everything));
        request.Content!.Headers.Remove("Content-Type");
        Assert.True(request.Content.Headers.TryAddWithoutValidation("Content-Type", type));
        using var answer = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    // For some hosts, the conversion of their name to ASCII throws.
    [Theory]
    [InlineData(false, HttpStatusCode.Unauthorized)]
    [InlineData(true, HttpStatusCode.Forbidden)]
    public async Task A_host_that_is_no_name_is_no_fault_of_the_server(bool hasCookie, HttpStatusCode expected)
    {
        (string, string)[] headers = [("Host", "xn--zzzzzzzz99999.example"), ("Origin", "http://x.example")];
        if (hasCookie) headers = [.. headers, ("Cookie", $"mercureAuthorization={Everything}")];
        using var answer = await _server.Post("topic=hosts&data=a", headers);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("mine")]
    [InlineData("urn:uuid:5e94c686-2c0b-4f9b-958c-92ccc3bbb4eb")]
    [InlineData("https://e.com/1?x=y&z=[1]#part")]
    [InlineData("\"quotes\"")]
    [InlineData("[brackets],{braces},commas;'")]
    [InlineData("0")]
    [InlineData("Earliest")]
    [InlineData("100%")]
    [InlineData("a#b")]
    public async Task Keeps_the_publishers_id(string id)
    {
        await using var subscription = await _server.Subscribe("topic=ids");
        Assert.Equal(id, await _server.Publish($"topic=ids&data=a&id={Uri.EscapeDataString(id)}"));
        Assert.Equal(id, (await subscription.Next()).EventId);
        await _server.Publish("topic=ids&data=b");
        await using var byHeader = await _server.Subscribe("topic=ids", ("Last-Event-ID", id));
        Assert.Equal(id, byHeader.LastEventId);
        Assert.Equal("b", (await byHeader.Next()).Data);
        await using var byQuery = await _server.Subscribe($"topic=ids&lastEventID={Uri.EscapeDataString(id)}");
        Assert.Equal(id, byQuery.LastEventId);
        Assert.Equal("b", (await byQuery.Next()).Data);
    }

    [Theory]
    [InlineData("é1", "%C3%A91")]
    [InlineData("a b", "a%20b")]
    [InlineData(" a ", "%20a%20")]
    [InlineData("世界", "%E4%B8%96%E7%95%8C")]
    public async Task Percent_encodes_in_an_id_what_headers_cannot_carry(string id, string encoded)
    {
        await using var subscription = await _server.Subscribe("topic=encoded");
        Assert.Equal(encoded, await _server.Publish($"topic=encoded&data=a&id={Uri.EscapeDataString(id)}"));
        Assert.Equal(encoded, (await subscription.Next()).EventId);
        await _server.Publish("topic=encoded&data=b");
        foreach (var query in new[] { id, encoded })
        {
            await using var resumed =
                await _server.Subscribe($"topic=encoded&lastEventID={Uri.EscapeDataString(query)}");
            Assert.Equal(encoded, resumed.LastEventId);
            Assert.Equal("b", (await resumed.Next()).Data);
        }
        await using var byHeader = await _server.Subscribe("topic=encoded", ("Last-Event-ID", encoded));
        Assert.Equal(encoded, byHeader.LastEventId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("data=a")]
    [InlineData("topic=&data=a")]
    [InlineData("topic=refused&topic=")]
    [InlineData("TOPIC=refused&data=a")]
    [InlineData("topic=refused%0Adata:%20x")]
    [InlineData("topic=refused%00")]
    [InlineData("topic=refused%C2%85")]
    [InlineData("topic=refused&id=%23a")]
    [InlineData("topic=refused&id=%231-0")]
    [InlineData("topic=refused&id=earliest")]
    [InlineData("topic=refused&id=a%0Adata:%20x")]
    [InlineData("topic=refused&id=a%0D")]
    [InlineData("topic=refused&id=a%00")]
    [InlineData("topic=refused&id=a%7F")]
    [InlineData("topic=refused&type=a%0Adata:%20x")]
    [InlineData("topic=refused&type=a%0D%0A%0D%0A")]
    [InlineData("topic=refused&type=a%00")]
    [InlineData("topic=refused&type=%0A")]
    [InlineData("topic=refused&retry=a")]
    [InlineData("topic=refused&retry=-1")]
    [InlineData("topic=refused&retry=%2B1")]
    [InlineData("topic=refused&retry=1.5")]
    [InlineData("topic=refused&retry=+1")]
    [InlineData("topic=refused&retry=%D9%A1")]
    [InlineData("topic=refused&retry=1%0Adata:%20x")]
    [InlineData("topic=refused&retry=99999999999999999999")]
    [InlineData("topic=refused&data=%ff%fe")]
    [InlineData("topic=refused&data=%ED%A0%80")]
    [InlineData("topic=refused&other=%c3")]
    [InlineData("topic=refused&topic=https://e.com/.well-known/mercure/subscriptions/a/b")]
    [InlineData("topic=/.well-known/mercure&data=a")]
    public async Task Refuses_a_bad_update_and_keeps_nothing_of_it(string form)
    {
        await using var subscription = await _server.Subscribe("topic=*");
        using var answer = await _server.Post(form, Bearer(Everything));
        Assert.NotEmpty(await answer.Problem(HttpStatusCode.BadRequest));
        await _server.Publish("topic=refused/end&data=end");
        Assert.Equal("end", (await subscription.Next()).Data);
        Assert.Empty(await _server.Held("refused"));
    }

    [Theory]
    [InlineData("data=", "")]
    [InlineData("other=x", "")]
    [InlineData("data", "")]
    [InlineData("data=%0A", "\n")]
    [InlineData("data=a%0D%0Ab%0Dc%0Ad%0A", "a\nb\nc\nd\n")]
    [InlineData("data=+a", " a")]
    [InlineData("data=:a", ":a")]
    [InlineData("data=id%3A%20x%0A%0Adata%3A%20forged", "id: x\n\ndata: forged")]
    [InlineData("data=a%00b", "a\0b")]
    [InlineData("data=%EF%BB%BFa", "\uFEFFa")]
    [InlineData("data=Gr%C3%BC%C3%9Fe+%F0%9F%98%80", "Grüße 😀")]
    [InlineData("data=first&data=second", "first")]
    [InlineData("data=%7B%22a%22%3A%201%7D", "{\"a\": 1}")]
    [InlineData("data=100%&x=%zz", "100%")]
    public async Task Data_arrives_as_it_was_sent_with_line_ends_as_LF(string field, string data)
    {
        await using var subscription = await _server.Subscribe("topic=data");
        var id = await _server.Publish($"topic=data&{field}");
        var received = await subscription.Next();
        Assert.Equal(data, received.Data);
        Assert.Equal(id, received.EventId);
        Assert.Equal("message", received.EventType);
    }

    [Theory]
    [InlineData("type=tick", "tick")]
    [InlineData("type=", "message")]
    [InlineData("type=Gr%C3%BC%C3%9Fe+a:b", "Grüße a:b")]
    public async Task A_type_is_the_events_type(string field, string type)
    {
        await using var subscription = await _server.Subscribe("topic=types");
        await _server.Publish($"topic=types&{field}");
        Assert.Equal(type, (await subscription.Next()).EventType);
    }

    [Theory]
    [InlineData("private")]
    [InlineData("private=")]
    [InlineData("private=0")]
    [InlineData("private=false")]
    [InlineData("private=on")]
    [InlineData("private=1&private=0")]
    public async Task Private_by_the_presence_of_the_field_whatever_it_says(string field)
    {
        await using var subscription = await _server.Subscribe("topic=private");
        await using var owner = await _server.Subscribe("topic=private", Bearer(Jwt.Subscriber("private")));
        await _server.Publish($"topic=private&data=secret&{field}");
        await _server.Publish("topic=private&data=open&Private=1");
        Assert.Equal("open", (await subscription.Next()).Data);
        Assert.Equal(["secret", "open"], await owner.Next(2));
    }

    [Fact]
    public async Task A_publication_that_is_tried_again_is_answered_alike_and_delivered_once()
    {
        await using var subscription = await _server.Subscribe("topic=again");
        Assert.Equal("again-1", await _server.Publish("topic=again&data=1&id=again-1"));
        Assert.Equal("again-1", await _server.Publish("topic=again&data=1&id=again-1"));
        await _server.Publish("topic=again&data=2");
        Assert.Equal(["1", "2"], await subscription.Next(2));
    }

    [Fact]
    public async Task Of_two_updates_with_one_id_a_subscriber_resumes_after_the_first()
    {
        await _server.Publish("topic=twice&data=1&id=twice-1");
        await _server.Publish("topic=twice&data=2&id=twice-1");
        await using var subscription = await _server.Subscribe("topic=twice&lastEventID=twice-1");
        Assert.Equal("2", (await subscription.Next()).Data);
    }

    [Theory]
    [InlineData("mine/1", HttpStatusCode.OK, "mine/1")]
    [InlineData("mine/{id}", HttpStatusCode.OK, "mine/1", "mine/2")]
    [InlineData("*", HttpStatusCode.OK, "mine/1", "other")]
    [InlineData("mine/1", HttpStatusCode.Forbidden, "mine/1", "mine/2")]
    [InlineData("mine/{id}", HttpStatusCode.Forbidden, "other", "mine/1")]
    [InlineData("mine/1", HttpStatusCode.Forbidden, "mine/{id}")]
    [InlineData("mine/1", HttpStatusCode.Forbidden, "*")]
    public async Task Needs_a_right_to_every_topic_or_nobody_gets_anything(
        string right, HttpStatusCode status, params string[] topics)
    {
        await using var subscription = await _server.Subscribe("topic=*");
        var form = string.Join('&', topics.Select(topic => $"topic={Uri.EscapeDataString(topic)}"));
        using var answer = await _server.Post($"{form}&data=this", Bearer(Jwt.Publisher(right)));
        Assert.Equal(status, answer.StatusCode);
        await _server.Publish("topic=end&data=end");
        Assert.Equal(status == HttpStatusCode.OK ? "this" : "end", (await subscription.Next()).Data);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_400(string? type)
    {
        using var request = Form("topic=types-of-body&data=a", Bearer(Everything));
        request.Content!.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var answer = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains(
            "application/x-www-form-urlencoded",
            await answer.Problem(HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
        Assert.Empty(await _server.Held("types-of-body"));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-www-form-urlencoded;charset=UTF-8")]
    [InlineData("Application/X-WWW-Form-Urlencoded")]
    public async Task The_type_of_a_form_may_be_written_as_clients_do(string type)
    {
        using var request = Form("topic=a&data=a", Bearer(Everything));
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Everyone_gets_updates_in_one_order()
    {
        await using var one = await _server.Subscribe("topic=order");
        await using var other = await _server.Subscribe("topic=order&topic=unused");
        var ids = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(number => _server.Publish($"topic=order&data={number}")));
        var first = new StringBuilder();
        var second = new StringBuilder();
        foreach (var _ in ids)
        {
            first.Append((await one.Next()).EventId).Append(' ');
            second.Append((await other.Next()).EventId).Append(' ');
        }
        Assert.Equal(first.ToString(), second.ToString());
        Assert.Equal(
            ids.Order(StringComparer.Ordinal), first.ToString().Trim().Split(' ').Order(StringComparer.Ordinal));
    }
}
