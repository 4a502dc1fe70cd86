namespace SseFunctions.Streaming;

/// <summary>The open streams, each beside the timestamp of the next look at it: a tick of the clock reads the
/// timestamps and touches only the streams that are due. Thread-safe, but for <see cref="Look"/>.</summary>
internal sealed class OpenStreams
{
    /// <summary>The timestamp of a look with the next tick.</summary>
    public const long AtOnce = long.MinValue;

    /// <summary>The timestamp of no look.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The index of a stream that is not among them.</summary>
    public const int NotOpen = -1;

    private const int SmallestSize = 64;

    // As many are looked at between two times that the lock is taken.
    private const int DueAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly EventStream?[] _due = new EventStream?[DueAtOnce];
    private readonly long[] _nextAt = new long[DueAtOnce];

    // No gaps: the last stream takes the place of one that goes.
    private Slot[] _slots = new Slot[SmallestSize];
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="dueAt">The timestamp of the first look.</param>
    public void Add(EventStream stream, long dueAt)
    {
        lock (_gate)
        {
            if (_count == _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
            stream.Index = _count;
            _slots[_count++] = new Slot { Stream = stream, DueAt = dueAt };
        }
    }

    /// <summary>Removes a stream.</summary>
    public void Remove(EventStream stream)
    {
        lock (_gate)
        {
            var last = _slots[--_count];
            _slots[stream.Index] = last;
            last.Stream.Index = stream.Index;
            stream.Index = NotOpen;
            _slots[_count] = default;
        }
    }

    /// <summary>Has a stream looked at with the next tick, whenever it was due.</summary>
    public void LookAtOnce(EventStream stream)
    {
        lock (_gate) Advance(stream, AtOnce);
    }

    /// <summary>The streams that are open now.</summary>
    public EventStream[] ToArray()
    {
        lock (_gate) return [.. _slots.Take(_count).Select(slot => slot.Stream)];
    }

    /// <summary>Looks at the streams that are due. One thread at a time.</summary>
    /// <param name="now">The clock's timestamp.</param>
    public void Look(long now)
    {
        // From the last to the first: then a stream that takes the place of another one was looked at already.
        for (var rest = Count; rest > 0;)
        {
            var count = TakeDue(now, ref rest);
            for (var next = 0; next < count; next++) _nextAt[next] = _due[next]!.Look(now);
            PutBack(count);
        }
    }

    // Never, until the look has said when the next one is due: what asks for a look meanwhile is not overwritten.
    private int TakeDue(long now, ref int rest)
    {
        var count = 0;
        lock (_gate)
        {
            if (rest > _count) rest = _count;
            while (rest > 0 && count < _due.Length)
            {
                ref var slot = ref _slots[--rest];
                if (slot.DueAt > now) continue;
                slot.DueAt = Never;
                _due[count++] = slot.Stream;
            }
        }
        return count;
    }

    private void PutBack(int count)
    {
        lock (_gate)
        {
            for (var next = 0; next < count; next++) Advance(_due[next]!, _nextAt[next]);
        }
        Array.Clear(_due, 0, count);
    }

    private void Advance(EventStream stream, long dueAt)
    {
        if (stream.Index == NotOpen) return;
        ref var slot = ref _slots[stream.Index];
        if (dueAt < slot.DueAt) slot.DueAt = dueAt;
    }

    private struct Slot
    {
        public EventStream Stream;
        public long DueAt;
    }
}
