using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>Sends each event to all subscribers, without topics, rights or heartbeats: the minimum work of a hub, as a
/// baseline for the real hub.</summary>
internal interface IBroadcaster
{
    /// <summary>Sends an event. All subscribers get the events in the same order.</summary>
    /// <returns>The id of the event: consecutive numbers.</returns>
    long Publish(ReadOnlySpan<byte> data);

    /// <summary>Writes events to a response, after its headers and first comment, until the client is gone or falls too
    /// far behind.</summary>
    /// <param name="context">The request whose response receives the events.</param>
    /// <param name="after">The id after which the client resumes; null: only new events.</param>
    Task SubscribeAsync(HttpContext context, long? after);
}
