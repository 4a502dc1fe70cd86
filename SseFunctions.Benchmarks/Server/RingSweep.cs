namespace SseFunctions.Benchmarks.Server;

/// <summary>Writes to its share of the ring's subscribers, one after the other, when there are new events.</summary>
internal sealed class RingSweep : IDisposable
{
    private readonly RingBroadcaster _ring;
    private readonly Lock _lock = new();
    private readonly List<RingReader> _fresh = [];
    private readonly List<RingReader> _readers = [];
    private readonly SemaphoreSlim _bell = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _isWoken;

    public RingSweep(RingBroadcaster ring)
    {
        _ring = ring;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Adds a subscriber, and opens its stream.</summary>
    public void Add(RingReader reader)
    {
        lock (_lock) _fresh.Add(reader);
        Wake();
    }

    /// <summary>Asks for another sweep.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0) _bell.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        // The server is stopping, so objects that are not disposed here do no harm.
        if (_running.IsCompleted) _bell.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _bell.WaitAsync(_stop.Token);
                Volatile.Write(ref _isWoken, 0);
                lock (_lock)
                {
                    _readers.AddRange(_fresh);
                    _fresh.Clear();
                }
                _readers.RemoveAll(reader => !reader.Write(_ring));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
