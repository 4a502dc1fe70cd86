using System.Runtime.CompilerServices;
using SseFunctions.Streaming;

namespace SseFunctions.Benchmarks.Server;

/// <summary>What both servers send.</summary>
internal static class Workload
{
    /// <summary>The size of <see cref="Event"/> on the wire.</summary>
    public const int EventBytes = 100;

    /// <summary>How many events an answer to <see cref="Paths.Ready"/> has.</summary>
    public const int ReadyEvents = 200_000;

    /// <summary>An event like any other.</summary>
    public static readonly ServerSentEvent Event = new(new string('x', EventBytes - "data: \n\n".Length));

    private static readonly TimeSpan LateBy = TimeSpan.FromSeconds(30);

#pragma warning disable CS1998 // The sequence that awaits nothing is what is measured.
    /// <summary>Events that are there already.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Ready()
    {
        for (var count = 0; count < ReadyEvents; count++) yield return Event;
    }
#pragma warning restore CS1998

    /// <summary>Events each of which is awaited.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Awaited(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Yield();
            yield return Event;
        }
    }

    /// <summary>An event that is long in coming.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Late(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Delay(LateBy, cancellationToken);
        yield return Event;
    }
}
