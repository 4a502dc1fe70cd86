using System.Net;
using System.Net.ServerSentEvents;
using SseFunctions.Tests.Instances;

namespace SseFunctions.Tests.Discussions;

/// <summary>A viewer of a discussion that reads from one instance and continues at another with its last event id: when
/// its connection breaks, and after a random number of events. It ends when it gets 204.</summary>
internal sealed class MovingViewer(string id, int number, IReadOnlyList<Instance> instances, HttpClient http)
{
    private const int LongestVisit = 80;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Random _random = new();
    private readonly Viewer _viewer = new();
    private readonly List<(Func<SseItem<string>, bool> IsIt, TaskCompletionSource Arrived)> _awaited = [];

    /// <summary>Whether the viewer moves only when its connection breaks.</summary>
    public bool Stays { get; init; }

    /// <summary>How many connections it has opened.</summary>
    public int Visits { get; private set; }

    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (_gate) return _viewer.Texts;
        }
    }

    public string? End
    {
        get
        {
            lock (_gate) return _viewer.End;
        }
    }

    /// <summary>Waits for the next event of a type.</summary>
    public Task Gets(string type)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _awaited.Add((next => next.EventType == type, arrived));
        return Support.Limits.Within(arrived.Task, $"{type} for viewer {number} of {id}");
    }

    /// <summary>Waits until the viewer has words of a turn, if it has none yet.</summary>
    public Task GetsWordsOf(int turn)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (HasWordsOf(turn)) return Task.CompletedTask;
            _awaited.Add((_ => HasWordsOf(turn), arrived));
        }
        return Support.Limits.Within(arrived.Task, $"word of turn {turn} for viewer {number} of {id}");
    }

    /// <summary>Watches until there is nothing more.</summary>
    public async Task Run(CancellationToken stop)
    {
        await Task.Yield();
        while (true)
        {
            try
            {
                if (await Visit(instances[(number + Visits++) % instances.Count], stop)) return;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException
                || (exception is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // The connection broke, or the instance is down: continue at the next one.
            }
            await Task.Delay(RetryDelay, stop);
        }
    }

    private async Task<bool> Visit(Instance instance, CancellationToken stop)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(instance.Url, $"/discussions/{id}/events"));
        if (_viewer.LastId is { } last) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (answer.StatusCode == HttpStatusCode.NoContent) return true;
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(stop);
        var left = Stays ? int.MaxValue : _random.Next(1, LongestVisit);
        await foreach (var next in SseParser.Create(body).EnumerateAsync(stop))
        {
            Take(next);
            if (--left == 0) break;
        }
        return false;
    }

    private void Take(SseItem<string> next)
    {
        lock (_gate)
        {
            _viewer.Take(next);
            foreach (var (isIt, arrived) in _awaited)
            {
                if (isIt(next)) arrived.SetResult();
            }
            _awaited.RemoveAll(awaited => awaited.Arrived.Task.IsCompleted);
        }
    }

    private bool HasWordsOf(int turn) => _viewer.Turns >= turn && _viewer.Texts[turn - 1].Length > 0;
}
