using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Demo;
using SseFunctions.Streaming;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The test sequences, written to the response by hand: the cost of a stream in Kestrel when the server only
/// writes.</summary>
internal static class ByHandEndpoints
{
    private const int MaxUnflushedBytes = 32 * 1024;

    public static void Map(WebApplication application)
    {
        var messages = application.Services.GetRequiredService<DemoMessages>();
        var feed = application.Services.GetRequiredService<PacedFeed>();
        var demo = new Lazy<ServerSentEvent[]>(() => [.. messages.After(0).ToBlockingEnumerable()]);

        application.MapGet(Paths.Demo, context => WriteDemoAsync(context, demo.Value));
        application.MapGet(Paths.Ready, WriteReadyAsync);
        application.MapGet(Paths.Awaited, context => WriteEachAsync(context, Workload.Awaited(context.RequestAborted)));
        application.MapGet(Paths.Idle, WriteNothingAsync);
        application.MapGet(Paths.Paced, async context =>
        {
            var channel = feed.Open();
            await WriteEachAsync(context, channel.Reader.ReadAllAsync(context.RequestAborted));
            feed.Close(channel);
        });
    }

    private static async Task<PipeWriter> OpenAsync(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        var writer = response.BodyWriter;
        writer.Write(": open\nretry: 2000\n"u8);
        await writer.FlushAsync();
        return writer;
    }

    private static async Task WriteDemoAsync(HttpContext context, ServerSentEvent[] messages)
    {
        var writer = await OpenAsync(context.Response);
        foreach (var message in messages) writer.Write(message.Bytes.Span);
        await writer.FlushAsync();
    }

    private static async Task WriteReadyAsync(HttpContext context)
    {
        var writer = await OpenAsync(context.Response);
        var unflushed = 0;
        for (var count = 0; count < Workload.ReadyEvents; count++)
        {
            writer.Write(Workload.Event.Bytes.Span);
            unflushed += Workload.EventBytes;
            if (unflushed < MaxUnflushedBytes) continue;
            unflushed = 0;
            if ((await writer.FlushAsync()).IsCompleted) return;
        }
        await writer.FlushAsync();
    }

    private static async Task WriteEachAsync(HttpContext context, IAsyncEnumerable<ServerSentEvent> events)
    {
        var writer = await OpenAsync(context.Response);
        try
        {
            await foreach (var next in events)
            {
                writer.Write(next.Bytes.Span);
                if ((await writer.FlushAsync()).IsCompleted) return;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
    }

    private static async Task WriteNothingAsync(HttpContext context)
    {
        await OpenAsync(context.Response);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.UnsafeRegister(
            static gone => ((TaskCompletionSource)gone!).TrySetResult(), gone);
        await gone.Task;
    }
}
