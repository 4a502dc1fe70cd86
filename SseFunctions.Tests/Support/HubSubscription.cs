using System.Net.ServerSentEvents;

namespace SseFunctions.Tests.Support;

/// <summary>An open stream of the hub, read event by event.</summary>
internal sealed class HubSubscription(HttpResponseMessage response) : IAsyncDisposable
{
    private IAsyncEnumerator<SseItem<string>>? _events;
    private Task<bool> _move = Task.FromResult(false);

    /// <summary>The response header that says where the stream begins.</summary>
    public string? LastEventId => response.Header("Last-Event-ID");

    public async Task<SseItem<string>> Next()
    {
        if (!await MoveNext()) throw new EndOfStreamException("The stream ended.");
        return _events!.Current;
    }

    /// <summary>The data of the next events.</summary>
    public async Task<List<string>> Next(int count)
    {
        var data = new List<string>();
        while (data.Count < count) data.Add((await Next()).Data);
        return data;
    }

    /// <summary>The events up to the end of the response, which has to be a clean one.</summary>
    public async Task<List<SseItem<string>>> UntilEnd()
    {
        var events = new List<SseItem<string>>();
        while (await MoveNext()) events.Add(_events!.Current);
        return events;
    }

    /// <summary>Leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        response.Dispose();
        // One that is still being waited for cannot be disposed of, and its test has failed anyway.
        if (_events is not null && _move.IsCompleted) await _events.DisposeAsync();
    }

    private async Task<bool> MoveNext()
    {
        _events ??= SseParser.Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        _move = _events.MoveNextAsync().AsTask();
        return await _move.Within("event or end of the stream");
    }
}
