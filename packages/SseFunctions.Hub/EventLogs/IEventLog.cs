namespace SseFunctions.Hub.EventLogs;

/// <summary>An append-only log with one order for all publishers and readers. A reader is a position in the log: replay
/// and live delivery are the same, reading on from that position. Thread-safe.</summary>
internal interface IEventLog
{
    /// <summary>Whether all instances of the app share this log. False: each instance has a log of its own.</summary>
    bool IsShared { get; }

    /// <summary>The position before the first entry that is held: reading on from it gives all entries.</summary>
    LogPosition Start { get; }

    /// <summary>The position of the last entry, held or not: reading on from it gives the entries that are appended
    /// from now on.</summary>
    LogPosition Tail { get; }

    /// <summary>The id of the last entry, held or not; null if there never was one.</summary>
    string? LastId { get; }

    /// <summary>How much is held.</summary>
    LogSize Size { get; }

    /// <summary>The position of the last entry, and the position of the last public entry, read at the same moment. No
    /// public entry is between the two.</summary>
    /// <exception cref="HubUnavailableException">The end is not known yet.</exception>
    LogEnd FindEnd();

    /// <summary>Appends an update; it is in the log when this returns. If the last entry held with the update's own id
    /// has the same contents, that entry is returned and nothing is appended, so that a publisher may try again.
    /// Earlier entries with the id are not compared: a publisher that publishes A, B and A again under one id gets
    /// three entries.</summary>
    /// <exception cref="ArgumentException">The id begins with <c>#</c> or holds anything but visible ASCII, or the type
    /// holds CR, LF or NUL.</exception>
    /// <exception cref="HubUnavailableException">The log cannot be reached, or refuses writes at the
    /// moment.</exception>
    ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken);

    /// <summary>The position of an event id, to read on from; null if the log never held the id, or has dropped the
    /// entry and the one after it. If two entries have the id, the position of the earlier one. Each entry is also
    /// found by the text of its position, even if it has an id of its own; so is <see cref="Start"/>.</summary>
    /// <exception cref="HubUnavailableException">This process does not know the id, and cannot reach the shared log to
    /// look for it.</exception>
    ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The same for a reader that may not see every private entry. The id of an entry that this reader may not
    /// see is unknown to it: the answer must not tell whether the entry exists. A reader that may see no private entry
    /// can still read on from the last public entry that was dropped, even if private entries were dropped after it.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="seesPrivate">Whether the reader may see a private entry with these topics; null: it may see none.
    /// </param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The position to read on from; null if the id is unknown to the reader.</returns>
    /// <exception cref="HubUnavailableException">This process does not know the id, and cannot reach the shared log to
    /// look for it.</exception>
    ValueTask<LogPosition?> FindVisibleAsync(
        string id, Func<IReadOnlyList<string>, bool>? seesPrivate, CancellationToken cancellationToken);

    /// <summary>Copies the entries after a position, in order, as many as are held and fit.</summary>
    /// <returns>How many were copied; 0 at the end of the log.</returns>
    /// <exception cref="LogGapException">Entries after the position are no longer held.</exception>
    int Read(LogPosition after, Span<LogEntry> entries);

    /// <summary>Copies the last entries before a position, in order, as many as are held and fit.</summary>
    /// <returns>How many were copied; fewer than fit if there are no earlier entries.</returns>
    int ReadBack(LogPosition before, Span<LogEntry> entries);

    /// <summary>All entries after a position, in order, each once: first the entries that are held, then those that are
    /// appended, until the caller cancels. From the first call of MoveNextAsync on, the log drops no entry before this
    /// follower has got it. So a follower must always take its entries at once; use <see cref="Read"/> where that is
    /// not certain.</summary>
    /// <returns>Batches of entries that are ready together. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="LogGapException">At the first call: entries after the position are no longer held. Later: the
    /// log has lost entries, and goes on after them.</exception>
    IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(LogPosition after, CancellationToken cancellationToken);
}
