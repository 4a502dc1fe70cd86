using System.Runtime.CompilerServices;
using SseFunctions.Hub.TopicLogs;

namespace SseFunctions.Hub;

/// <summary>An open topic log. While it is open, this instance holds the log's events in memory and follows their
/// changes. Dispose it when you no longer need it. Thread-safe.</summary>
public sealed class TopicLog : IAsyncDisposable
{
    private readonly OpenTopicLogs _owner;
    private readonly TopicMirror _mirror;
    private int _isDisposed;

    internal TopicLog(OpenTopicLogs owner, TopicMirror mirror) => (_owner, _mirror) = (owner, mirror);

    /// <summary>Gets the topic, with which the log was opened.</summary>
    public string Topic => _mirror.Topic;

    /// <summary>Gets when the log was created, in whole milliseconds. Two logs of one topic differ in it.</summary>
    public DateTimeOffset Created => _mirror.Created;

    /// <summary>Gets what the log says at this moment: the last snapshot and all events after it.</summary>
    public TopicView View() => _mirror.View();

    /// <summary>Gets whether <see cref="FollowAsync(string, CancellationToken)"/> can continue after the event with
    /// this id: the event is of this log, and the log still holds all events after it. The id may come from a
    /// client.</summary>
    public bool Knows(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _mirror.Knows(id);
    }

    /// <summary>Gets whether the id is that of the log's final event: a client that has it has everything.</summary>
    public bool IsFinal(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _mirror.IsFinal(id);
    }

    /// <summary>Returns the events after an event, in order, each once: first those that the log holds, then those that
    /// are appended, until the final one.</summary>
    /// <param name="after">The id of the event, such as <see cref="TopicView.LastId"/>.</param>
    /// <param name="cancellationToken">Ends the sequence with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The log does not know the id: see <see cref="Knows"/>.</exception>
    /// <remarks>The sequence throws when its reader is so slow that the log has dropped its next event, when the log is
    /// gone, and when the store has lost events that this instance had read. A stream then ends cleanly, and its client
    /// resumes.</remarks>
    public IAsyncEnumerable<TopicEvent> FollowAsync(string after, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(after);
        var generation = _mirror.Generation;
        return Knows(after) && TopicPosition.Parse(after) is { } position
            ? FollowAsync(position, generation, cancellationToken)
            : throw new ArgumentException("The log does not know this event id: ask Knows before.", nameof(after));
    }

    /// <summary>Takes the lease of the log, which alone allows to append. Each lease has a number, its epoch, that is
    /// higher than that of all leases before. The log refuses appends of an epoch before the last one.</summary>
    /// <param name="duration">How long the lease lasts if this instance dies. While the lease object is not disposed,
    /// it renews itself. At least 1 s.</param>
    /// <param name="takeOver">Whether to take the lease even if another holds it, who can then append no more.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>Null if another holds the lease, or if the log has ended or is gone. With the lease, this instance has
    /// all events of the log.</returns>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    public Task<TopicLease?> TryLeaseAsync(
        TimeSpan duration, bool takeOver = false, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromSeconds(1));
        return _owner.TryLeaseAsync(_mirror, duration, takeOver, cancellationToken);
    }

    /// <summary>Closes the log. Leases and sequences that are in use keep working until they end.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) _owner.Close(_mirror);
        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<TopicEvent> FollowAsync(
        TopicPosition after, int generation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var events = _mirror.Read(after, generation, out var isEnded, out var bell);
            foreach (var next in events)
            {
                yield return next;
                after = next.Position;
            }
            if (isEnded) yield break;
            if (events.Count == 0) await bell.WaitAsync(cancellationToken);
        }
    }
}
