using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.Streaming;

namespace SSEAPP_NAMESPACE;

/// <summary>Streams a countdown: each client gets a separate stream.</summary>
public sealed class CountdownFunctions(EventStreams streams)
{
    private const int First = 10;

    [Function("Countdown")]
    public IResult Countdown(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "countdown")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        // A client that reconnects sends the id of the last event that it received. Anyone can send any id: check it.
        var from = int.TryParse(LastEventId.Of(request), out var received) && received is >= 0 and <= First
            ? received - 1
            : First;
        // The countdown is complete: the answer is 204, which makes an EventSource stop reconnecting.
        if (from < 0) return new EndOfStreamResult();
        return streams.Stream("countdown", CountAsync(from, CancellationToken.None), cancellationToken);
    }

    // The stream cancels this token when it ends, for example because the client left or the host stops.
    private static async IAsyncEnumerable<ServerSentEvent> CountAsync(
        int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var second = from; second >= 0; second--)
        {
            yield return ServerSentEvent.Json(new { second }, id: $"{second}");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}
