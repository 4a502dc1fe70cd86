using System.Collections.Concurrent;
using System.Threading.Channels;
using SseFunctions.Streaming;

namespace SseFunctions.Benchmarks.Server;

/// <summary>Gives each open stream an event at a steady pace, through one channel per stream.</summary>
internal sealed class PacedFeed : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<Channel<ServerSentEvent>, bool> _open = new();
    private readonly Timer _timer;

    public PacedFeed() =>
        _timer = new Timer(static feed => ((PacedFeed)feed!).PublishAll(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>Opens a channel. The first channel starts the timer.</summary>
    public Channel<ServerSentEvent> Open()
    {
        var channel = Channel.CreateUnbounded<ServerSentEvent>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        if (_open.TryAdd(channel, true) && _open.Count == 1) _timer.Change(Pace, Pace);
        return channel;
    }

    /// <summary>Ends the feed of a channel that <see cref="Open"/> has returned.</summary>
    public void Close(Channel<ServerSentEvent> channel) => _open.TryRemove(channel, out _);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void PublishAll()
    {
        foreach (var (channel, _) in _open) channel.Writer.TryWrite(Workload.Event);
    }
}
