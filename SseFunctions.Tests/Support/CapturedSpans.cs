using System.Collections.Concurrent;
using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>The spans of one trace, as an exporter would see them. The spans of other tests are in other
/// traces.</summary>
internal sealed class CapturedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ConcurrentDictionary<TaskCompletionSource<Activity>, string> _waiters = new();
    private readonly ActivityListener _listener;

    public CapturedSpans(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ActivityTraceId TraceId { get; } = ActivityTraceId.CreateRandom();

    /// <summary>The span of the client that sends the requests.</summary>
    public ActivitySpanId Client { get; } = ActivitySpanId.CreateRandom();

    /// <summary>The header that puts a request into this trace.</summary>
    public string Header => $"traceparent: 00-{TraceId}-{Client}-01\r\n";

    public IReadOnlyCollection<Activity> Stopped => _stopped;

    /// <summary>The spans that are exported.</summary>
    public IEnumerable<string> Names => _stopped.Where(span => span.Recorded).Select(span => span.OperationName);

    /// <summary>Gets the first span with this name. Waits for it if it has not ended yet.</summary>
    public Task<Activity> First(string name)
    {
        var found = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters[found] = name;
        if (_stopped.FirstOrDefault(span => span.OperationName == name) is { } stopped) found.TrySetResult(stopped);
        return found.Task.Within($"span '{name}'");
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Activity span)
    {
        if (span.TraceId != TraceId) return;
        _stopped.Enqueue(span);
        foreach (var (waiter, name) in _waiters)
        {
            if (span.OperationName == name) waiter.TrySetResult(span);
        }
    }
}
