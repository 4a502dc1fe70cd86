using System.Runtime.InteropServices;
using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Load;

/// <summary>Checks that all subscribers get the updates in the same order, and records how long deliveries took. The
/// order is set by the subscriber that gets an update first. Not thread-safe.</summary>
/// <param name="subscribers">The number of subscribers that get each update.</param>
internal sealed class DeliveryOrder(int subscribers)
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<int, int> _lastSequences = [];
    private readonly Dictionary<long, int> _positions = [];
    private int _positionsUpTo;

    /// <summary>The number of updates that at least one subscriber has got.</summary>
    public int Count => _entries.Count;

    /// <summary>The number of updates that all subscribers have got.</summary>
    public int Completed { get; private set; }

    /// <summary>The latency of each delivery. Replaced between rounds.</summary>
    public Histogram Latencies { get; set; } = new();

    /// <summary>The number of deliveries of an update to a subscriber that already had it.</summary>
    public long Doubled { get; private set; }

    /// <summary>The number of deliveries that came after an update which is later in the common order, or in the
    /// publisher's sequence.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>The number of deliveries with another id than other subscribers got.</summary>
    public long OtherIds { get; private set; }

    /// <summary>Records a delivery.</summary>
    /// <param name="place">The place of the subscriber in the order.</param>
    /// <param name="stamp">The stamp that the subscriber has read from the data of the update.</param>
    /// <param name="id">The hash of the update's id.</param>
    /// <param name="now">The time of the delivery, as <c>Stopwatch.GetTimestamp</c>.</param>
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

    /// <summary>Counts the different updates that a subscriber has got.</summary>
    public static int Unique(in Place place) => place.Seen?.Count ?? place.Next;

    /// <summary>Gets the time until the last subscriber had it, for each update from a position on. Skips updates that
    /// a subscriber lacks.</summary>
    public Histogram LastDeliveries(int from)
    {
        var result = new Histogram();
        foreach (ref var entry in CollectionsMarshal.AsSpan(_entries)[from..])
        {
            if (entry.Deliveries == subscribers) result.Add(entry.LastAt - entry.SentAt);
        }
        return result;
    }

    /// <summary>Counts the updates whose id differs from the id that the server gave to the publisher.</summary>
    public int CountOtherIds(IReadOnlyDictionary<long, ulong> answered)
    {
        var count = 0;
        foreach (var entry in _entries)
        {
            if (answered.TryGetValue(entry.Key, out var id) && id != entry.Id) count++;
        }
        return count;
    }

    // After its first deviation from the order, all updates of a subscriber are kept in a set. That is slow, but rare.
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

    /// <summary>The place of a subscriber in the order.</summary>
    internal struct Place
    {
        /// <summary>The position of the update that has to come next.</summary>
        public int Next;

        /// <summary>All updates that came; null while all came in order.</summary>
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
