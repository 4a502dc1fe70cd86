using System.Buffers;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The usual design: encodes an event once and puts it into a bounded queue of each subscriber. A loop per
/// subscriber writes everything in the queue and flushes once. No history.</summary>
internal sealed class QueueBroadcaster : IBroadcaster
{
    private const int MaxQueued = 1024;

    private readonly Lock _lock = new();
    private readonly List<ChannelWriter<byte[]>> _queues = [];
    private long _lastId;

    /// <inheritdoc/>
    public long Publish(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            var frame = BroadcastEndpoints.Encode(++_lastId, data);
            foreach (var queue in _queues)
            {
                if (!queue.TryWrite(frame)) queue.TryComplete();
            }
            return _lastId;
        }
    }

    /// <inheritdoc/>
    public async Task SubscribeAsync(HttpContext context, long? after)
    {
        var queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
        lock (_lock) _queues.Add(queue);
        try
        {
            await WriteAsync(context, queue);
            if (queue.Reader.Completion.IsCompleted) context.Abort();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        finally
        {
            lock (_lock) _queues.Remove(queue);
        }
    }

    private static async Task WriteAsync(HttpContext context, ChannelReader<byte[]> queue)
    {
        var writer = context.Response.BodyWriter;
        await writer.FlushAsync(context.RequestAborted);
        while (await queue.WaitToReadAsync(context.RequestAborted))
        {
            while (queue.TryRead(out var frame)) writer.Write(frame);
            if ((await writer.FlushAsync(context.RequestAborted)).IsCompleted) return;
        }
    }
}
