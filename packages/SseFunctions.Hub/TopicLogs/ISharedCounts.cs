namespace SseFunctions.Hub;

/// <summary>Small numbers that all instances of an app share, for limits: counters, and rooms with a number of places.
/// Without a shared store, they count for this instance alone. Thread-safe.</summary>
public interface ISharedCounts
{
    /// <summary>Adds to a counter and returns its new value.</summary>
    /// <param name="counter">The name of the counter, for example with the date in it.</param>
    /// <param name="amount">What to add; 0 to read.</param>
    /// <param name="keep">How long the counter is kept after the last call.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    Task<long> AddAsync(
        string counter, long amount, TimeSpan keep, CancellationToken cancellationToken = default);

    /// <summary>Takes a place in each of several rooms, or in none of them. A member that has a place keeps it, and its
    /// time begins again.</summary>
    /// <param name="rooms">The names of the rooms, and how many places each has.</param>
    /// <param name="member">The name for whom the places are taken. It has at most one place in each room.</param>
    /// <param name="duration">How long the place is kept unless it is taken again.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Null if the member has its places; otherwise the name of the first room that is full.</returns>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    Task<string?> TryEnterAsync(
        IReadOnlyList<KeyValuePair<string, int>> rooms,
        string member,
        TimeSpan duration,
        CancellationToken cancellationToken = default);

    /// <summary>Gives the member's places in these rooms back. No effect where it has none.</summary>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    Task LeaveAsync(IReadOnlyList<string> rooms, string member, CancellationToken cancellationToken = default);
}
