namespace SseFunctions.Tests.Instances;

/// <summary>Counts events, and lets callers wait for some more of them.</summary>
internal sealed class Signals
{
    private readonly Lock _gate = new();
    private readonly List<(long At, TaskCompletionSource Reached)> _waiting = [];
    private long _count;

    public void Add()
    {
        lock (_gate)
        {
            _count++;
            _waiting.RemoveAll(next => next.At <= _count && next.Reached.TrySetResult());
        }
    }

    public Task More(int times)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _waiting.Add((_count + times, reached));
        return reached.Task;
    }
}
