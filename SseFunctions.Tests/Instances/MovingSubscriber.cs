using System.Net;
using System.Net.ServerSentEvents;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Instances;

/// <summary>A client that reads from one instance and continues at the next instance with its last event id: when its
/// connection breaks, and after a random number of events.</summary>
internal sealed class MovingSubscriber(int number, IReadOnlyList<Instance> instances, HttpClient http)
{
    private const int LongestVisit = 150;
    private const string Earliest = "earliest";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(25);

    private readonly Lock _gate = new();
    private readonly Random _random = new();
    private readonly List<SseItem<string>> _received = [];
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signals _arrivals = new();
    private int _visits;
    private string _lastId = Earliest;

    /// <summary>Whether the subscriber moves only when its connection breaks.</summary>
    public bool Stays { get; init; }

    /// <summary>The events that it has received since it was last told about a loss.</summary>
    public List<SseItem<string>> Received
    {
        get
        {
            lock (_gate) return [.. _received];
        }
    }

    /// <summary>All events that it has received.</summary>
    public List<SseItem<string>> Everything { get; } = [];

    /// <summary>How many times it was told about a loss: its last event id was unknown, and it got all events from the
    /// start.</summary>
    public int Told { get; private set; }

    /// <summary>How many times a stream continued after the last event id.</summary>
    public int Resumed { get; private set; }

    /// <summary>Waits until some more events have arrived.</summary>
    public Task Gets(int count) => _arrivals.More(count).Within($"{count} more events for subscriber {number}");

    /// <summary>Waits until the last event has arrived.</summary>
    public async Task GetsTheEnd()
    {
        try
        {
            await _end.Task.Within("end");
        }
        catch (TimeoutException)
        {
            Assert.Fail(
                $"Subscriber {number} never got the end. It has {Received.Count} events, the last is {_lastId}.");
        }
    }

    /// <summary>Subscribes until the token is canceled.</summary>
    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var events = await Visit(instances[(number + _visits++) % instances.Count], stop);
                // Without an event, the instance cannot read its log. Wait like an EventSource before the next visit.
                if (events == 0) await Task.Delay(RetryDelay, CancellationToken.None);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The instance was killed.
                await Task.Delay(RetryDelay, CancellationToken.None);
            }
        }
    }

    // Returns how many events have come.
    private async Task<int> Visit(Instance instance, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(instance.Url, $"{HubClient.Path}?topic=a"));
        request.Headers.Add("Last-Event-ID", _lastId);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Note(answer.Header("Last-Event-ID"));
        var most = Stays ? int.MaxValue : _random.Next(1, LongestVisit);
        var count = 0;
        await foreach (var next in SseParser.Create(await answer.Content.ReadAsStreamAsync(stop)).EnumerateAsync(stop))
        {
            // A lone retry field is not an event.
            if (next.EventId is not { Length: > 0 } id) continue;
            _lastId = id;
            lock (_gate)
            {
                _received.Add(next);
                Everything.Add(next);
            }
            if (next.Data == Deployment.End) _end.TrySetResult();
            _arrivals.Add();
            if (++count == most) break;
        }
        return count;
    }

    private void Note(string? start)
    {
        if (_lastId == Earliest) return;
        if (start == _lastId) Resumed++;
        if (start != Earliest) return;
        Told++;
        lock (_gate) _received.Clear();
    }
}
