namespace SseFunctions.Streaming;

/// <summary>The open streams, each with the timestamp at which it is due for a look. A tick of the timer reads the
/// timestamps and calls only the streams that are due. Thread-safe, except <see cref="Look"/>.</summary>
internal sealed class OpenStreams
{
    /// <summary>The timestamp that means: due at the next tick.</summary>
    public const long AtOnce = long.MinValue;

    /// <summary>The timestamp that means: not due.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The index of a stream that is not open.</summary>
    public const int NotOpen = -1;

    private const int SmallestSize = 64;

    // The number of streams that are taken under one lock. They are called outside the lock.
    private const int DueAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly EventStream?[] _due = new EventStream?[DueAtOnce];
    private readonly long[] _nextAt = new long[DueAtOnce];

    // Without gaps: when a stream is removed, the last one takes its place.
    private Slot[] _slots = new Slot[SmallestSize];
    private int _count;

    /// <summary>The number of open streams.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a stream whose first look is due at <paramref name="dueAt"/>.</summary>
    public void Add(EventStream stream, long dueAt)
    {
        lock (_gate)
        {
            if (_count == _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
            stream.Index = _count;
            _slots[_count++] = new Slot { Stream = stream, DueAt = dueAt };
        }
    }

    /// <summary>Removes a stream, which must be open.</summary>
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

    /// <summary>Makes a stream due at the next tick. Does nothing if it is not open any more.</summary>
    public void LookAtOnce(EventStream stream)
    {
        lock (_gate) Advance(stream, AtOnce);
    }

    /// <summary>Copies the list of the streams that are open now.</summary>
    public EventStream[] ToArray()
    {
        lock (_gate) return [.. _slots.Take(_count).Select(slot => slot.Stream)];
    }

    /// <summary>Calls <see cref="EventStream.Look"/> of the streams that are due. One thread at a time may call
    /// this.</summary>
    /// <param name="now">The clock's timestamp, read once for all streams.</param>
    public void Look(long now)
    {
        // From the last to the first, so that no stream is missed: one that moves into the place of a removed stream
        // comes from the end of the list, which has been looked at.
        for (var rest = Count; rest > 0;)
        {
            var count = TakeDue(now, ref rest);
            for (var next = 0; next < count; next++) _nextAt[next] = _due[next]!.Look(now);
            PutBack(count);
        }
    }

    // Sets taken streams to Never until their look has returned the next timestamp. PutBack does not replace an earlier
    // timestamp, so a LookAtOnce during the look is not lost.
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
