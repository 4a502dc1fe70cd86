namespace SseFunctions.Hub.EventLogs;

/// <summary>An append-only log of updates, with one order for all publishers and readers. A reader is a position in the
/// log: replay and live delivery both read the entries after that position. Thread-safe.</summary>
internal interface IEventLog
{
    /// <summary>Whether all instances of the app share this log. False: each instance has its own log.</summary>
    bool IsShared { get; }

    /// <summary>The position before the first entry that the log holds. A reader that starts here gets all of them.
    /// </summary>
    LogPosition Start { get; }

    /// <summary>The position of the last entry, whether the log still holds that entry or not. A reader that starts
    /// here gets the entries that are appended from now on.</summary>
    LogPosition Tail { get; }

    /// <summary>The event id of the last entry, whether the log still holds that entry or not; null if there never was
    /// an entry.</summary>
    string? LastId { get; }

    /// <summary>How many entries the log holds, and their memory.</summary>
    LogSize Size { get; }

    /// <summary>The positions of the last entry and of the last public entry, read at the same moment. No public entry
    /// is between the two.</summary>
    /// <exception cref="HubUnavailableException">The shared log has not been read yet, so its end is unknown.
    /// </exception>
    LogEnd FindEnd();

    /// <summary>Appends an update. When the task completes, the update is in the log. If the last held entry with the
    /// update's own id has the same contents, nothing is appended and that entry is returned, so that a publisher may
    /// repeat a publication. Earlier entries with the id are not compared: a publisher that publishes A, B and A again
    /// under one id gets three entries.</summary>
    /// <exception cref="ArgumentException">The id begins with <c>#</c> or contains other characters than visible ASCII,
    /// or the type contains CR, LF or NUL.</exception>
    /// <exception cref="HubUnavailableException">The shared log cannot be reached, or refuses to store the update.
    /// </exception>
    ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken);

    /// <summary>Finds the position of an event id. Null if the log never had the id, or has dropped the entry and the
    /// entry after it. If several entries have the id, the position of the first one. The text of a position also finds
    /// its entry, even if the entry has a publisher's id, and finds <see cref="Start"/>.</summary>
    /// <exception cref="HubUnavailableException">This process does not know the id, and cannot reach the shared log to
    /// look for it.</exception>
    ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Finds the position of an event id for a reader that may not see every private entry. The id of an entry
    /// that the reader may not see counts as unknown, because the result must not tell whether that entry exists. A
    /// reader that may see no private entry can still continue from the last public entry that the log has dropped,
    /// even if private entries were dropped after it.</summary>
    /// <param name="id">The id of the last event that the reader has received.</param>
    /// <param name="seesPrivate">Returns whether the reader may see a private entry with these topics; null if the
    /// reader may see no private entry.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The position after which the reader continues; null if the id is unknown to the reader.</returns>
    /// <exception cref="HubUnavailableException">This process does not know the id, and cannot reach the shared log to
    /// look for it.</exception>
    ValueTask<LogPosition?> FindVisibleAsync(
        string id, Func<IReadOnlyList<string>, bool>? seesPrivate, CancellationToken cancellationToken);

    /// <summary>Copies the entries after a position, in order, until the span is full or the log ends.</summary>
    /// <returns>How many were copied; 0 at the end of the log.</returns>
    /// <exception cref="LogGapException">The log no longer holds all entries after the position.</exception>
    int Read(LogPosition after, Span<LogEntry> entries);

    /// <summary>Copies the last held entries before a position, in order.</summary>
    /// <returns>How many were copied; fewer than the span has room for if the log holds no earlier ones.</returns>
    int ReadBack(LogPosition before, Span<LogEntry> entries);

    /// <summary>Returns all entries after a position, in order, each once: first the held entries, then those that are
    /// appended, until the caller cancels. From the first call of MoveNextAsync on, the log drops no entry that this
    /// follower has not taken. So a slow follower makes the log exceed its limits: a follower must always take its
    /// entries immediately. Use <see cref="Read"/> where a reader may be slow.</summary>
    /// <returns>Batches of entries that are ready together. A batch is valid until the next call of MoveNextAsync.
    /// </returns>
    /// <exception cref="LogGapException">At the first call: the log no longer holds all entries after the position.
    /// Later: the log has lost entries and continues after them.</exception>
    IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(LogPosition after, CancellationToken cancellationToken);
}
