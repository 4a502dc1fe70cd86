using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

public sealed class StreamTraceTests
{
    private const string Requests = "Microsoft.AspNetCore";
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    [Fact]
    public async Task A_stream_has_a_span_when_it_has_started_and_one_when_it_has_ended()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(
            sequence, "Streaming:MaxDuration=00:00:00", "Streaming:Heartbeat=00:00:00");
        using var client = await server.Get(spans.Header);

        var start = await spans.First(StreamTrace.StartName);
        Assert.Equal(ActivityKind.Server, start.Kind);
        Assert.Equal(ActivityStatusCode.Ok, start.Status);
        Assert.Equal(spans.Client, start.ParentSpanId);
        Assert.Equal(["sse.feature=test"], Tags(start));
        Assert.DoesNotContain(StreamTrace.EndName, spans.Names);

        server.Time.Advance(TimeSpan.FromMinutes(10));
        sequence.Add("one");
        sequence.Finish();
        var end = await spans.First(StreamTrace.EndName);
        Assert.Equal(ActivityKind.Internal, end.Kind);
        Assert.Equal(ActivityStatusCode.Ok, end.Status);
        Assert.Equal(start.SpanId, end.ParentSpanId);
        Assert.Equal(start.Context, Assert.Single(end.Links).Context);
        Assert.Equal(["sse.feature=test", "sse.end.reason=finished", "sse.events=1", "sse.duration_s=600"], Tags(end));
        Assert.True(end.Duration < Limits.Soon);
    }

    [Fact]
    public async Task The_span_of_the_start_is_as_long_as_the_client_waited_for_the_first_bytes()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        var before = DateTime.UtcNow;
        using var client = await server.Get(spans.Header);
        var start = await spans.First(StreamTrace.StartName);
        Assert.InRange(start.StartTimeUtc, before, start.StartTimeUtc + start.Duration);
        Assert.InRange(start.Duration, TimeSpan.FromTicks(1), DateTime.UtcNow - before);
    }

    [Fact]
    public async Task The_request_that_is_a_stream_is_not_exported()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get(spans.Header);
        await client.Until("retry");
        sequence.Finish();

        var request = await spans.First(Request);
        Assert.False(request.Recorded);
        Assert.False(request.IsAllDataRequested);
        Assert.Equal([StreamTrace.StartName, StreamTrace.EndName], spans.Names);
    }

    [Fact]
    public async Task A_request_that_is_no_stream_is_exported()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        using var client = await server.Get(spans.Header, "HEAD");
        await client.Until("event-stream");
        await spans.First(Request);
        Assert.Equal([Request], spans.Names);
    }

    [Fact]
    public async Task Only_a_stream_that_failed_is_an_error()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        await using var server = await StreamServer.Start(_ => Throwing(), null);
        using var client = await server.Get(spans.Header);
        var end = await spans.First(StreamTrace.EndName);
        Assert.Equal(ActivityStatusCode.Error, end.Status);
        Assert.Contains("sse.end.reason=failed", Tags(end));
        Assert.DoesNotContain(
            end.TagObjects, tag => tag.Value is string text && text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_error()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        using var client = await server.Get(spans.Header);
        await client.Until("retry");
        client.Break();
        var end = await spans.First(StreamTrace.EndName);
        Assert.Equal(ActivityStatusCode.Ok, end.Status);
        Assert.Contains("sse.end.reason=client_gone", Tags(end));
    }

    [Fact]
    public async Task What_the_sequence_logs_and_traces_belongs_to_the_same_trace()
    {
        using var spans = new CapturedSpans(Requests, SseTelemetry.SourceName);
        var current = new ConcurrentQueue<ActivityTraceId?>();
        await using var server = await StreamServer.Start(_ => Watching(current), null);
        using var client = await server.Get(spans.Header);
        await spans.First(StreamTrace.EndName);
        Assert.Equal([spans.TraceId, spans.TraceId], current);
    }

    [Fact]
    public async Task Where_requests_are_not_traced_a_stream_is_in_the_trace_of_its_client()
    {
        using var spans = new CapturedSpans(SseTelemetry.SourceName);
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        using var client = await server.Get(spans.Header);
        var start = await spans.First(StreamTrace.StartName);
        Assert.Equal(spans.Client, start.ParentSpanId);
        Assert.True(start.Recorded);
    }

    // The durations of streams would make the histogram of request durations useless.
    [Fact]
    public async Task A_stream_does_not_count_as_the_duration_of_a_request()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        var methods = new ConcurrentQueue<object?>();
        using var listener = new MeterListener();
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name == "http.server.request.duration")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            methods.Enqueue(tags.ToArray().Single(tag => tag.Key == "http.request.method").Value));
        listener.Start();

        using (var stream = await server.Get())
        {
            await stream.Until("retry");
            sequence.Finish();
            await stream.UntilEnd();
        }
        using var head = await server.Get("Connection: close\r\n", "HEAD");
        await head.Until("event-stream");
        await server.Stop();
        Assert.Equal(["HEAD"], methods);
    }

    private static IEnumerable<string> Tags(Activity span) => span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}");

    private static async IAsyncEnumerable<ServerSentEvent> Throwing()
    {
        await Task.Yield();
        yield return new ServerSentEvent("one");
        throw new InvalidOperationException("secret");
    }

    private static async IAsyncEnumerable<ServerSentEvent> Watching(
        ConcurrentQueue<ActivityTraceId?> current, [EnumeratorCancellation] CancellationToken cancellationToken =
            default)
    {
        current.Enqueue(Activity.Current?.TraceId);
        await Task.Delay(1, cancellationToken);
        current.Enqueue(Activity.Current?.TraceId);
        yield return new ServerSentEvent("one");
    }
}
