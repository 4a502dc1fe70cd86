using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A subscriber of the ring. Used by its sweep alone, but for the end of a flush that was not done at once.
/// </summary>
internal sealed class RingReader(HttpContext context, RingSweep sweep, long lastId)
{
    private const int MaxUnflushedBytes = 32 * 1024;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipeWriter _writer = context.Response.BodyWriter;
    private readonly CancellationToken _aborted = context.RequestAborted;
    private volatile bool _isFlushing;
    private bool _isOpen;

    /// <summary>Done when nothing is written any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Writes what there is, unless what was written before is still on its way.</summary>
    /// <returns>False once it has ended.</returns>
    public bool Write(RingBroadcaster ring)
    {
        if (_isFlushing) return true;
        if (_aborted.IsCancellationRequested)
        {
            _ended.TrySetResult();
            return false;
        }
        // The first flush sends the headers, which are waiting to be sent.
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
        // A flush that fails is that of a client that is gone, and that has been told by the token.
        await flush.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _isFlushing = false;
        sweep.Wake();
    }
}
