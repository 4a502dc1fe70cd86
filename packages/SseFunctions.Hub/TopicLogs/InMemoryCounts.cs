namespace SseFunctions.Hub.TopicLogs;

/// <summary>Counts in the memory of this process, for an app with one instance.</summary>
internal sealed class InMemoryCounts(TimeProvider time) : ISharedCounts
{
    // With more counters than this, a call removes the expired ones. The same applies to rooms.
    private const int SweepBeyond = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Value, DateTimeOffset Until)> _counters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, DateTimeOffset>> _rooms = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<long> AddAsync(
        string counter, long amount, TimeSpan keep, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_counters.Count > SweepBeyond)
            {
                foreach (var (name, (_, until)) in _counters.ToArray())
                {
                    if (until <= now) _counters.Remove(name);
                }
            }
            var value = _counters.GetValueOrDefault(counter) is var held && held.Until > now ? held.Value : 0;
            _counters[counter] = (value + amount, now + keep);
            return Task.FromResult(value + amount);
        }
    }

    /// <inheritdoc/>
    public Task<string?> TryEnterAsync(
        IReadOnlyList<KeyValuePair<string, int>> rooms,
        string member,
        TimeSpan duration,
        CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_rooms.Count > SweepBeyond)
            {
                foreach (var (name, room) in _rooms.ToArray())
                {
                    if (room.Values.All(until => until <= now)) _rooms.Remove(name);
                }
            }
            foreach (var (name, places) in rooms)
            {
                if (!_rooms.TryGetValue(name, out var room)) _rooms.Add(name, room = new(StringComparer.Ordinal));
                foreach (var (other, until) in room.ToArray())
                {
                    if (until <= now) room.Remove(other);
                }
                if (room.Count >= places && !room.ContainsKey(member)) return Task.FromResult<string?>(name);
            }
            foreach (var (name, _) in rooms) _rooms[name][member] = now + duration;
            return Task.FromResult<string?>(null);
        }
    }

    /// <inheritdoc/>
    public Task LeaveAsync(
        IReadOnlyList<string> rooms, string member, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            foreach (var name in rooms)
            {
                if (!_rooms.TryGetValue(name, out var room)) continue;
                room.Remove(member);
                if (room.Count == 0) _rooms.Remove(name);
            }
        }
        return Task.CompletedTask;
    }
}
