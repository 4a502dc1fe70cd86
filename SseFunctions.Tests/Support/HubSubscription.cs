using System.Net.ServerSentEvents;

namespace SseFunctions.Tests.Support;

/// <summary>An open stream of the hub, read event by event.</summary>
internal sealed class HubSubscription(HttpResponseMessage response) : IAsyncDisposable
{
    private IAsyncEnumerator<SseItem<string>>? _events;
    private Task<bool> _move = Task.FromResult(false);

    /// <summary>The response header with the event id after which the stream begins.</summary>
    public string? LastEventId => response.Header("Last-Event-ID");

    public async Task<SseItem<string>> Next()
    {
        if (!await MoveNext()) throw new EndOfStreamException("The stream ended.");
        return _events!.Current;
    }

    /// <summary>Reads the data of the next events.</summary>
    public async Task<List<string>> Next(int count)
    {
        var data = new List<string>();
        while (data.Count < count) data.Add((await Next()).Data);
        return data;
    }

    /// <summary>Reads the events up to the end of the response, which must be a clean end.</summary>
    public async Task<List<SseItem<string>>> UntilEnd()
    {
        var events = new List<SseItem<string>>();
        while (await MoveNext()) events.Add(_events!.Current);
        return events;
    }

    public async ValueTask DisposeAsync()
    {
        response.Dispose();
        // An enumerator with a pending read cannot be disposed of. Its test has failed anyway.
        if (_events is not null && _move.IsCompleted) await _events.DisposeAsync();
    }

    private async Task<bool> MoveNext()
    {
        _events ??= SseParser.Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken)
                .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        _move = _events.MoveNextAsync().AsTask();
        return await _move.Within("event or end of the stream");
    }
}
