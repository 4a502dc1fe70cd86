using System.Net;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Instances;

/// <summary>Publishes numbered updates one after the other, to each instance in turn. Repeats a failed publication with
/// the same id until it succeeds, so each update is in the log once, whatever failed.</summary>
internal sealed class NumberingPublisher(int number, IReadOnlyList<Instance> instances, HttpClient http)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(25);

    private readonly Lock _gate = new();
    private readonly List<string> _taken = [];
    private readonly Signals _refusals = new();
    private readonly Signals _successes = new();
    private int _count;
    private int _tries;

    /// <summary>Whether the updates have the publisher's own ids. If not, a failed publication is not repeated.
    /// </summary>
    public bool HasIds { get; init; } = true;

    /// <summary>The data of the updates that were answered with 200, in order.</summary>
    public List<string> Taken
    {
        get
        {
            lock (_gate) return [.. _taken];
        }
    }

    /// <summary>Waits until some more updates were answered with 200.</summary>
    public Task Takes(int count) =>
        _successes.More(count).Within($"{count} more updates taken from publisher {number}");

    /// <summary>Waits until some more attempts were answered with 503.</summary>
    public Task IsRefused(int count) => _refusals.More(count).Within($"{count} more refusals for publisher {number}");

    /// <summary>Publishes until the token is canceled and the last answer has arrived.</summary>
    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Publish($"{number}.{++_count}");
            await Task.Delay(Pace, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Publishes one update.</summary>
    public async Task Publish(string data)
    {
        while (!await TryPublish(data))
        {
            if (!HasIds) return;
            await Task.Delay(RetryDelay, TestContext.Current.CancellationToken);
        }
        lock (_gate) _taken.Add(data);
        _successes.Add();
    }

    private async Task<bool> TryPublish(string data)
    {
        var form = HasIds ? $"topic=a&data={data}&id={data}" : $"topic=a&data={data}";
        using var request = Form(form, Bearer(Everything));
        request.RequestUri = new Uri(instances[(number + _tries++) % instances.Count].Url, HubClient.Path);
        try
        {
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Text();
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                if (HasIds) Assert.Equal(data, text);
                return true;
            }
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, text);
            _refusals.Add();
            return false;
        }
        catch (HttpRequestException)
        {
            // The instance was killed.
            return false;
        }
    }
}
