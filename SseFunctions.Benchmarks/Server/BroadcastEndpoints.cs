using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The hub's two routes for a hand-written broadcaster.</summary>
internal static class BroadcastEndpoints
{
    public static void Map(WebApplication application, IBroadcaster broadcaster)
    {
        application.MapGet(Paths.Hub, context => SubscribeAsync(context, broadcaster));
        application.MapPost(Paths.Hub, context => PublishAsync(context, broadcaster));
    }

    /// <summary>Encodes an event for the wire.</summary>
    public static byte[] Encode(long id, ReadOnlySpan<byte> data)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {id}\ndata: "));
        return [.. head, .. data, .. "\n\n"u8];
    }

    private static async Task SubscribeAsync(HttpContext context, IBroadcaster broadcaster)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        response.BodyWriter.Write(": open\nretry: 2000\n"u8);
        var lastId = context.Request.Headers["Last-Event-ID"].ToString();
        long? after = long.TryParse(lastId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        await broadcaster.SubscribeAsync(context, after);
    }

    private static async Task PublishAsync(HttpContext context, IBroadcaster broadcaster)
    {
        // The framework's form parser, the usual choice.
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var id = broadcaster.Publish(Encoding.UTF8.GetBytes(form["data"].ToString()));
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(id.ToString(CultureInfo.InvariantCulture), context.RequestAborted);
    }
}
