using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.Streaming;

namespace SseFunctions.Demo;

/// <summary>The smallest useful stream. Start here, and go on with <see cref="DemoMessages"/>.</summary>
public sealed class DemoFunctions(DemoMessages messages, EventStreams streams, CrossOrigin crossOrigin)
{
    /// <summary>Streams the series of messages, from the one after the client's last. A client that has them all is
    /// told by 204 to stop reconnecting (WHATWG HTML 9.2.3).</summary>
    [Function("Events")]
    public IResult Events(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "events")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (crossOrigin.Apply(request, CrossOriginRules.PublicStream) is { } preflight) return preflight;
        var received = messages.CountUpTo(LastEventId.Of(request));
        if (messages.IsComplete(received)) return new EndOfStreamResult();
        return streams.Stream("demo", messages.After(received, CancellationToken.None), cancellationToken);
    }
}
