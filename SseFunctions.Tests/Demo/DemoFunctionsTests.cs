using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Demo;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Demo;

public sealed class DemoFunctionsTests
{
    private const string NoDelay = "Demo:Delay=0";

    [Fact]
    public async Task Streams_the_series_byte_for_byte()
    {
        await using var server =
            await LocalHostServer.Start(null, NoDelay, "Demo:Messages:0=Hello, world", "Demo:Messages:1=Bye");
        using var answer = await server.Get("/events");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
        Assert.Equal("no-store, no-transform", answer.Header("Cache-Control"));
        Assert.Equal("no", answer.Header("X-Accel-Buffering"));
        Assert.Null(answer.Header("Connection"));
        var text = await answer.Text();
        Assert.Equal(
            Opening.Find(text)
            + "id: 1\ndata: Hello, world\n\n"
            + "id: 2\ndata: Bye\n\n"
            + "event: close\ndata: The series is complete.\n\n",
            text);
    }

    [Fact]
    public async Task Has_ten_messages_of_its_own_numbered_from_1_and_then_a_close_event()
    {
        await using var server = await LocalHostServer.Start(null, NoDelay);
        var events = await (await server.Get("/events")).Events();
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", null], events.Select(item => item.EventId));
        Assert.Equal([.. Enumerable.Repeat("message", 10), "close"], events.Select(item => item.EventType));
        Assert.All(events, item => Assert.NotEmpty(item.Data));
    }

    [Fact]
    public async Task Waits_for_the_delay_between_two_messages_and_not_before_the_first()
    {
        var time = new FakeTimeProvider();
        var messages = new DemoMessages(Options.Create(new DemoOptions { Delay = TimeSpan.FromMinutes(1) }), time);
        await using var series = messages.After(0, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = series.MoveNextAsync().AsTask();
        Assert.True(first.IsCompleted);
        for (var id = 2; id <= 10; id++)
        {
            var next = series.MoveNextAsync().AsTask();
            time.Advance(TimeSpan.FromSeconds(59));
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await next.Within("next message"));
        }
        var close = series.MoveNextAsync().AsTask();
        Assert.True(close.IsCompleted);
        Assert.StartsWith(
            "event: close\n", Encoding.UTF8.GetString(series.Current.Bytes.Span), StringComparison.Ordinal);
        Assert.False(await series.MoveNextAsync());
    }

    [Fact]
    public async Task The_platforms_cancellation_of_the_invocation_ends_the_stream()
    {
        await using var server = await LocalHostServer.Start(null, "Demo:Delay=01:00:00");
        var functions = ActivatorUtilities.CreateInstance<DemoFunctions>(server.Services);
        using var invocation = new CancellationTokenSource();
        var context = new DefaultHttpContext { RequestServices = server.Services };
        context.Request.Method = "GET";
        var running = functions.Events(context.Request, invocation.Token).ExecuteAsync(context);
        await invocation.CancelAsync();
        await running.Within("end of the stream");
        await server.Logs.First("A stream of demo ended: invocation_cancelled, after 1 events");
    }

    [Theory]
    [InlineData("1", 9)]
    [InlineData("4", 6)]
    [InlineData("9", 1)]
    public async Task Resumes_after_the_last_event_id(string id, int messagesLeft)
    {
        await using var server = await LocalHostServer.Start(null, NoDelay);
        var byHeader = await server.Get("/events", ("Last-Event-ID", id));
        var byQuery = await server.Get($"/events?lastEventId={id}");
        foreach (var answer in new[] { byHeader, byQuery })
        {
            var events = await answer.Events();
            Assert.Equal(messagesLeft + 1, events.Count);
            Assert.Equal((int.Parse(id) + 1).ToString(), events[0].EventId);
            Assert.Equal("close", events[^1].EventType);
        }
    }

    [Fact]
    public async Task The_header_wins_over_the_query_and_an_empty_header_does_not()
    {
        await using var server = await LocalHostServer.Start(null, NoDelay);
        Assert.Equal(
            "9", (await (await server.Get("/events?lastEventId=2", ("Last-Event-ID", "8"))).Events())[0].EventId);
        Assert.Equal(
            "3", (await (await server.Get("/events?lastEventId=2", ("Last-Event-ID", ""))).Events())[0].EventId);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Asked_to_resume_past_the_end_it_answers_204_so_that_browsers_stop(string method)
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Send(new HttpMethod(method), "/events", ("Last-Event-ID", "10"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("11")]
    [InlineData("01")]
    [InlineData("1%20")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("99999999999999999999")]
    [InlineData("%00")]
    [InlineData("%0d%0aid:%205")]
    [InlineData("%ff%fe")]
    [InlineData("%E0%A5%A7")]
    [InlineData("earliest")]
    public async Task An_id_that_is_not_ours_starts_from_the_beginning(string id)
    {
        await using var server = await LocalHostServer.Start(null, NoDelay);
        using var answer = await server.Get($"/events?lastEventId={id}");
        Assert.Equal("1", (await answer.Events())[0].EventId);
    }

    [Fact]
    public async Task Two_ids_at_once_are_not_ours_either()
    {
        await using var server = await LocalHostServer.Start(null, NoDelay);
        Assert.Equal("1", (await (await server.Get("/events?lastEventId=2&lastEventId=3")).Events())[0].EventId);
    }

    [Fact]
    public async Task HEAD_gets_the_headers_alone()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Send(HttpMethod.Head, "/events");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
        Assert.Empty(await answer.Text());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("get")]
    public async Task Any_other_verb_is_404_as_in_the_Functions_host(string method)
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(new Uri(server.Url, "/events"), method: method);
        Assert.StartsWith("HTTP/1.1 404 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
    }
}
