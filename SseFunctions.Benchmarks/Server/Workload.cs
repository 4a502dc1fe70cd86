using System.Runtime.CompilerServices;
using SseFunctions.Streaming;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The test sequences of both servers.</summary>
internal static class Workload
{
    /// <summary>The size of <see cref="Event"/> on the wire.</summary>
    public const int EventBytes = 100;

    /// <summary>The number of events in a response to <see cref="Paths.Ready"/>.</summary>
    public const int ReadyEvents = 200_000;

    /// <summary>The event that all test sequences repeat.</summary>
    public static readonly ServerSentEvent Event = new(new string('x', EventBytes - "data: \n\n".Length));

    private static readonly TimeSpan LateBy = TimeSpan.FromSeconds(30);

#pragma warning disable CS1998 // The benchmark measures a sequence that awaits nothing.
    /// <summary>Events that are ready without waiting.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Ready()
    {
        for (var count = 0; count < ReadyEvents; count++) yield return Event;
    }
#pragma warning restore CS1998

    /// <summary>Endless events. The sequence awaits before each event.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Awaited(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Yield();
            yield return Event;
        }
    }

    /// <summary>One event after a long delay.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Late(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Delay(LateBy, cancellationToken);
        yield return Event;
    }
}
