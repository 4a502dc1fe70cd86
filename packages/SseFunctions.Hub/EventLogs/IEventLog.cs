namespace SseFunctions.Hub.EventLogs;

/// <summary>An append-only log with one order for all who append and read. Thread-safe. A reader is a place in it:
/// replay and live delivery are one thing, reading on from that place.</summary>
internal interface IEventLog
{
    /// <summary>Whether all instances of the app share this log. False: each instance has a log of its own.</summary>
    bool IsShared { get; }

    /// <summary>The place before the first entry that is held: reading on from it gives everything there is.</summary>
    LogPosition Start { get; }

    /// <summary>The place of the last entry, held or not: reading on from it gives what is appended from now on.
    /// </summary>
    LogPosition Tail { get; }

    /// <summary>The id of the last entry, held or not; null if there never was one.</summary>
    string? LastId { get; }

    /// <summary>How much is held.</summary>
    LogSize Size { get; }

    /// <summary>The place of the last entry, together with that of the last entry that everyone may see: between the
    /// two is nothing public.</summary>
    /// <exception cref="HubUnavailableException">The end is not known yet.</exception>
    LogEnd FindEnd();

    /// <summary>Appends an update; it is in the log when this returns. If the last entry held of the update's own id
    /// says the same, that entry is returned and nothing is appended, so that a publisher may try again. An earlier one
    /// does not count: who says A, B and A again under one id means it.</summary>
    /// <exception cref="ArgumentException">The id begins with <c>#</c> or holds anything but visible ASCII, or the type
    /// holds CR, LF or NUL.</exception>
    /// <exception cref="HubUnavailableException">The log cannot be reached, or takes nothing just now.</exception>
    ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken);

    /// <summary>The place of an event id, to read on from; null if the log never held it, or has dropped it and more.
    /// Of two entries with one id, the earlier. Each entry is also found by the text of its place, whatever its id is;
    /// so is the place before the first entry that is held, <see cref="Start"/>.</summary>
    /// <exception cref="HubUnavailableException">It is not known here, and what the others know cannot be asked just
    /// now.</exception>
    ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Copies entries after a place, in order, as many as are held and fit.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="LogGapException">Entries after the place are no longer held.</exception>
    int Read(LogPosition after, Span<LogEntry> entries);

    /// <summary>Copies the last entries before a place, in order, as many as are held and fit.</summary>
    /// <returns>How many; fewer than fit once there are no earlier ones.</returns>
    int ReadBack(LogPosition before, Span<LogEntry> entries);

    /// <summary>Everything after a place, in order, each once: what is held, then what comes, until it is cancelled.
    /// From the first call of MoveNextAsync on, no entry is dropped that this follower has not been given. For the few
    /// who take what they get at once, whatever happens; everyone else reads.</summary>
    /// <returns>Entries that lie ready together. A batch is good until the next one is asked for.</returns>
    /// <exception cref="LogGapException">At the first call: entries after the place are no longer held. Later: the log
    /// has lost entries, and goes on behind them.</exception>
    IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(LogPosition after, CancellationToken cancellationToken);
}
