using Microsoft.AspNetCore.Http;

namespace SseFunctions.Benchmarks.Server;

/// <summary>Keeps the encoded events in one ring for all subscribers; a subscriber is a position in the ring. Events
/// that are published during a sweep leave together in the next sweep, in one write.</summary>
internal sealed class RingBroadcaster : IBroadcaster, IDisposable
{
    private const int Capacity = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[]?[] _frames = new byte[]?[Capacity];
    private readonly RingSweep[] _sweeps;
    private long _lastId;
    private int _subscribers;

    public RingBroadcaster() =>
        _sweeps = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new RingSweep(this))];

    /// <summary>The id of the newest event; 0 before the first.</summary>
    public long LastId => Volatile.Read(ref _lastId);

    /// <inheritdoc/>
    public long Publish(ReadOnlySpan<byte> data)
    {
        long id;
        lock (_lock)
        {
            id = _lastId + 1;
            _frames[id % Capacity] = BroadcastEndpoints.Encode(id, data);
            Volatile.Write(ref _lastId, id);
        }
        foreach (var sweep in _sweeps) sweep.Wake();
        return id;
    }

    /// <inheritdoc/>
    public async Task SubscribeAsync(HttpContext context, long? after)
    {
        var sweep = _sweeps[(uint)Interlocked.Increment(ref _subscribers) % (uint)_sweeps.Length];
        var reader = new RingReader(context, sweep, Math.Min(after ?? long.MaxValue, LastId));
        sweep.Add(reader);
        await using var registration = context.RequestAborted.UnsafeRegister(
            static sweep => ((RingSweep)sweep!).Wake(), sweep);
        await reader.Ended;
    }

    /// <summary>Gets the event with an id; null if the ring no longer holds it, or may be overwriting it.</summary>
    public byte[]? Frame(long id) => id > LastId - Capacity + 1 ? _frames[id % Capacity] : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sweep in _sweeps) sweep.Dispose();
    }
}
