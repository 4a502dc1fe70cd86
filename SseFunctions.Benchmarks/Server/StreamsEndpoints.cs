using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Demo;
using SseFunctions.Streaming;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The test sequences, streamed like in a function.</summary>
internal static class StreamsEndpoints
{
    private const string Feature = "benchmark";

    public static void Map(WebApplication application)
    {
        var streams = application.Services.GetRequiredService<EventStreams>();
        var messages = application.Services.GetRequiredService<DemoMessages>();
        var feed = application.Services.GetRequiredService<PacedFeed>();

        Task StreamAsync(HttpContext context, IAsyncEnumerable<ServerSentEvent> events) =>
            streams.Stream(Feature, events, context.RequestAborted).ExecuteAsync(context);

        application.MapGet(Paths.Demo, context => StreamAsync(context, messages.After(0, context.RequestAborted)));
        application.MapGet(Paths.Ready, context => StreamAsync(context, Workload.Ready()));
        application.MapGet(Paths.Awaited, context => StreamAsync(context, Workload.Awaited()));
        application.MapGet(Paths.Late, context => StreamAsync(context, Workload.Late()));
        application.MapGet(Paths.Paced, async context =>
        {
            var channel = feed.Open();
            await StreamAsync(context, channel.Reader.ReadAllAsync());
            feed.Close(channel);
        });
    }
}
