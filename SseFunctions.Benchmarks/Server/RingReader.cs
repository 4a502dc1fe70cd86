using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A subscriber of the ring. Only its sweep uses it, except that a pending flush may complete on another
/// thread.</summary>
internal sealed class RingReader(HttpContext context, RingSweep sweep, long lastId)
{
    private const int MaxUnflushedBytes = 32 * 1024;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipeWriter _writer = context.Response.BodyWriter;
    private readonly CancellationToken _aborted = context.RequestAborted;
    private volatile bool _isFlushing;
    private bool _isOpen;

    /// <summary>Completes when nothing more will be written.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Writes the events that the subscriber does not have yet, unless the flush before is still
    /// pending.</summary>
    /// <returns>False if the subscriber has ended.</returns>
    public bool Write(RingBroadcaster ring)
    {
        if (_isFlushing) return true;
        if (_aborted.IsCancellationRequested)
        {
            _ended.TrySetResult();
            return false;
        }
        // The first flush also sends the headers.
        var isNews = !_isOpen;
        _isOpen = true;
        var newest = ring.LastId;
        for (var unflushed = 0; lastId < newest && unflushed < MaxUnflushedBytes; lastId++)
        {
            if (ring.Frame(lastId + 1) is not { } frame)
            {
                context.Abort();
                break;
            }
            _writer.Write(frame);
            unflushed += frame.Length;
            isNews = true;
        }
        if (!isNews) return true;
        _isFlushing = true;
        var flush = _writer.FlushAsync(CancellationToken.None);
        if (flush.IsCompletedSuccessfully)
        {
            _ = flush.Result;
            _isFlushing = false;
            if (lastId < newest) sweep.Wake();
        }
        else
        {
            _ = WaitAsync(flush.AsTask());
        }
        return true;
    }

    private async Task WaitAsync(Task flush)
    {
        // A flush fails only if the client is gone, which the token reports.
        await flush.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _isFlushing = false;
        sweep.Wake();
    }
}
