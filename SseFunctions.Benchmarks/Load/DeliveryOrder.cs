using System.Runtime.InteropServices;
using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The one order that all subscribers have to agree on: that of whoever sees an update first. Holds each to
/// it, and notes how long everything took. Not thread-safe.</summary>
/// <param name="subscribers">How many subscribers get each update.</param>
internal sealed class DeliveryOrder(int subscribers)
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<int, int> _lastSequences = [];
    private readonly Dictionary<long, int> _positions = [];
    private int _positionsUpTo;

    /// <summary>How many updates have been seen.</summary>
    public int Count => _entries.Count;

    /// <summary>How many updates have been delivered to all subscribers.</summary>
    public int Completed { get; private set; }

    /// <summary>How long each delivery took, since this was last replaced.</summary>
    public Histogram Latencies { get; set; } = new();

    /// <summary>How many deliveries of an update to a subscriber that had it.</summary>
    public long Doubled { get; private set; }

    /// <summary>How many deliveries after one that comes later for others, or by the publisher's own count.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>How many deliveries under an id that others were not told.</summary>
    public long OtherIds { get; private set; }

    /// <summary>Takes note of a delivery.</summary>
    /// <param name="place">How far the subscriber has come.</param>
    /// <param name="stamp">The update.</param>
    /// <param name="id">A hash of the id under which it came.</param>
    /// <param name="now">When it came.</param>
    public void Note(ref Place place, Stamp stamp, ulong id, long now)
    {
        Latencies.Add(now - stamp.SentAt);
        var entries = CollectionsMarshal.AsSpan(_entries);
        if (place.Seen is null && place.Next < entries.Length)
        {
            ref var entry = ref entries[place.Next];
            if (entry.Key == stamp.Key)
            {
                place.Next++;
                Note(ref entry, id, now);
                return;
            }
        }
        else if (place.Seen is null && stamp.Sequence > _lastSequences.GetValueOrDefault(stamp.Publisher))
        {
            place.Next++;
            Append(stamp, id, now);
            return;
        }
        NoteDeviation(ref place, stamp, id, now);
    }

    /// <summary>How many different updates a subscriber has got.</summary>
    public static int Unique(in Place place) => place.Seen?.Count ?? place.Next;

    /// <summary>How long each of the updates from a position on took until the last of the subscribers had it. Those
    /// that some lack are left out.</summary>
    public Histogram LastDeliveries(int from)
    {
        var result = new Histogram();
        foreach (ref var entry in CollectionsMarshal.AsSpan(_entries)[from..])
        {
            if (entry.Deliveries == subscribers) result.Add(entry.LastAt - entry.SentAt);
        }
        return result;
    }

    /// <summary>How many updates came under an id other than the one that its publisher was told.</summary>
    public int CountOtherIds(IReadOnlyDictionary<long, ulong> answered)
    {
        var count = 0;
        foreach (var entry in _entries)
        {
            if (answered.TryGetValue(entry.Key, out var id) && id != entry.Id) count++;
        }
        return count;
    }

    // From its first deviation on, a subscriber is followed exactly: that is slow, and rare.
    private void NoteDeviation(ref Place place, Stamp stamp, ulong id, long now)
    {
        if (place.Seen is null)
        {
            place.Seen = [];
            foreach (ref var entry in CollectionsMarshal.AsSpan(_entries)[..place.Next]) place.Seen.Add(entry.Key);
        }
        if (!place.Seen.Add(stamp.Key))
        {
            Doubled++;
            return;
        }
        if (PositionOf(stamp.Key) is not { } position)
        {
            if (stamp.Sequence < _lastSequences.GetValueOrDefault(stamp.Publisher)) OutOfOrder++;
            place.Next = Append(stamp, id, now) + 1;
            return;
        }
        Note(ref CollectionsMarshal.AsSpan(_entries)[position], id, now);
        if (position < place.Next) OutOfOrder++;
        else place.Next = position + 1;
    }

    private int Append(Stamp stamp, ulong id, long now)
    {
        _entries.Add(new Entry { Key = stamp.Key, Id = id, SentAt = stamp.SentAt });
        Note(ref CollectionsMarshal.AsSpan(_entries)[^1], id, now);
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_lastSequences, stamp.Publisher, out _);
        last = Math.Max(last, stamp.Sequence);
        return _entries.Count - 1;
    }

    private void Note(ref Entry entry, ulong id, long now)
    {
        if (++entry.Deliveries == subscribers) Completed++;
        entry.LastAt = now;
        if (entry.Id != id) OtherIds++;
    }

    private int? PositionOf(long key)
    {
        for (; _positionsUpTo < _entries.Count; _positionsUpTo++)
            _positions[_entries[_positionsUpTo].Key] = _positionsUpTo;
        return _positions.TryGetValue(key, out var position) ? position : null;
    }

    /// <summary>How far a subscriber has come.</summary>
    internal struct Place
    {
        /// <summary>The position of what has to come next.</summary>
        public int Next;

        /// <summary>All that came; null as long as everything came in order.</summary>
        public HashSet<long>? Seen;
    }

    private struct Entry
    {
        public long Key;
        public ulong Id;
        public long SentAt;
        public long LastAt;
        public int Deliveries;
    }
}
