using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>Sends everything to everyone: no topics, no rights, no heartbeats. The least that a hub has to do, as a
/// mark for one that does more.</summary>
internal interface IBroadcaster
{
    /// <summary>Sends an event, in the one order for all.</summary>
    /// <returns>Its id: a number, without gaps.</returns>
    long Publish(ReadOnlySpan<byte> data);

    /// <summary>Writes events to a response whose headers and first comment are written, until the client is gone or
    /// falls too far behind.</summary>
    /// <param name="context">The request.</param>
    /// <param name="after">The id after which to go on; null: now.</param>
    Task SubscribeAsync(HttpContext context, long? after);
}
