using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.Streaming;

namespace SseFunctions.Demo;

/// <summary>The smallest useful stream. Start reading here, and continue with <see cref="DemoMessages"/>.</summary>
public sealed class DemoFunctions(DemoMessages messages, EventStreams streams, CrossOrigin crossOrigin)
{
    /// <summary>Streams the series of messages, starting after the client's last event id. A client that has all
    /// messages gets 204, which makes an EventSource stop reconnecting (WHATWG HTML 9.2.3).</summary>
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
