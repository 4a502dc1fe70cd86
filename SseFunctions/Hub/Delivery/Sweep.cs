namespace SseFunctions.Hub.Delivery;

/// <summary>Wakes all members of some groups, on as many threads as it is worth. A stream that is woken writes before
/// the next one is woken, on the same thread: no work item and no queue a subscriber.</summary>
/// <param name="subscribers">All of them.</param>
/// <param name="groups">Whose members. The list is the sweep's own from now on.</param>
internal sealed class Sweep(Subscribers subscribers, List<SubscriberGroup> groups) : IThreadPoolWorkItem
{
    private const int MembersAtOnce = 256;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Batch[] _batches = [.. groups.Select(group => group.Last)];
    private int _at = int.MaxValue;
    private int _running;

    /// <summary>Completes when all have been woken. The caller's thread takes part; others only if they are free before
    /// nothing is left.</summary>
    public Task RunAsync()
    {
        var members = groups.Sum(group => (long)group.Count);
        var threads = Math.Min((members + MembersAtOnce - 1) / MembersAtOnce, Environment.ProcessorCount);
        for (var other = 1; other < threads; other++) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        Execute();
        return _done.Task;
    }

    /// <inheritdoc/>
    public void Execute()
    {
        Interlocked.Increment(ref _running);
        try
        {
            var members = new Subscriber[MembersAtOnce];
            while (subscribers.Take(groups, ref _at, members) is > 0 and var count)
            {
                foreach (var member in members.AsSpan(0, count)) member.Wake();
            }
        }
        finally
        {
            // Nothing is left when the first one comes here; who has taken the last ones may still be waking them.
            if (Interlocked.Decrement(ref _running) == 0) Finish();
        }
    }

    private void Finish()
    {
        foreach (var batch in _batches) batch.Release();
        _done.TrySetResult();
    }
}
