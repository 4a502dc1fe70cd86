using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SseFunctions.Tests.Support;

/// <summary>A browser tab that is driven by the DevTools protocol, not by Playwright. Playwright keeps its pages
/// visible, so they cannot be frozen or put into the back/forward cache.</summary>
internal sealed class DevToolsTab : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _answers = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonNode>> _events = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _loads = new();
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    /// <summary>Opens a tab, and waits until its page is loaded. <paramref name="browser"/> is the address of the
    /// browser's DevTools.</summary>
    public static async Task<DevToolsTab> Open(Uri browser, Uri page)
    {
        using var http = new HttpClient();
        var cancellationToken = TestContext.Current.CancellationToken;
        using var answer = await http.PutAsync(new Uri(browser, "/json/new?about:blank"), null, cancellationToken);
        var target = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
        var tab = new DevToolsTab();
        await tab._socket.ConnectAsync(new Uri(target["webSocketDebuggerUrl"]!.GetValue<string>()), cancellationToken);
        tab._receiving = tab.ReceiveAsync();
        await tab.Send("Page.enable");
        await tab.Send("Page.setLifecycleEventsEnabled", new() { ["enabled"] = true });
        await tab.Navigate(page);
        return tab;
    }

    /// <summary>Opens a page in this tab, and waits until it is loaded. The page before may report its own load
    /// late.</summary>
    public async Task Navigate(Uri page)
    {
        var answer = await Send("Page.navigate", new() { ["url"] = page.AbsoluteUri });
        await LoadOf(answer["loaderId"]!.GetValue<string>()).Task.Within($"page at {page}");
    }

    /// <summary>Goes back to a page in the back/forward cache.</summary>
    public async Task Back()
    {
        var navigated = Event("Page.frameNavigated");
        await Send("Runtime.evaluate", new() { ["expression"] = "history.back()" });
        Assert.Equal(
            "BackForwardCacheRestore", (await navigated.Within("page in the cache"))["type"]!.GetValue<string>());
    }

    /// <summary>Freezes the page, like a browser does when a page has been hidden for a long time.</summary>
    public Task Freeze() => Send("Page.setWebLifecycleState", new() { ["state"] = "frozen" });

    /// <summary>Unfreezes the page and shows it: a frozen page is hidden, and a hidden page draws nothing.</summary>
    public async Task Show()
    {
        await Unfreeze();
        await Send("Emulation.setFocusEmulationEnabled", new() { ["enabled"] = true });
    }

    public Task Unfreeze() => Send("Page.setWebLifecycleState", new() { ["state"] = "active" });

    /// <summary>Waits until an expression is true in the page.</summary>
    public Task Until(string expression) => Evaluate(
        $"new Promise((done) => {{ const look = () => ({expression}) ? done(true) : setTimeout(look, 50); look(); }})",
        expression);

    /// <summary>Evaluates an expression in the page. Returns its value as JSON.</summary>
    public async Task<JsonNode?> Evaluate(string expression, string what = "")
    {
        var result = await Send("Runtime.evaluate", new()
        {
            ["expression"] = expression,
            ["awaitPromise"] = true,
            ["returnByValue"] = true,
        }).Within(what.Length > 0 ? what : expression);
        Assert.Null(result["exceptionDetails"]?.ToJsonString());
        return result["result"]!["value"];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _stop.Dispose();
    }

    private TaskCompletionSource LoadOf(string loader) =>
        _loads.GetOrAdd(loader, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private Task<JsonNode> Event(string method) =>
        _events.AddOrUpdate(method, _ => New(), (_, _) => New()).Task;

    private async Task<JsonNode> Send(string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _answers[id] = New();
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _sending.WaitAsync(_stop.Token);
        try
        {
            var bytes = Encoding.UTF8.GetBytes(message.ToJsonString());
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, true, _stop.Token);
        }
        finally
        {
            _sending.Release();
        }
        return await answer.Task.Within($"answer to {method}");
    }

    private async Task ReceiveAsync()
    {
        var message = new MemoryStream();
        var part = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(part, _stop.Token);
                message.Write(part, 0, received.Count);
                if (!received.EndOfMessage) continue;
                Take(JsonNode.Parse(message.ToArray())!);
                message.SetLength(0);
            }
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or WebSocketException or JsonException)
        {
            // The test or the browser has ended.
            foreach (var answer in _answers.Values)
            {
                answer.TrySetException(
                    new IOException("The browser's tab has gone.", exception));
            }
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (!_answers.TryRemove(id.GetValue<int>(), out var answer)) return;
            if (message["error"] is { } error) answer.SetException(new InvalidOperationException(error.ToJsonString()));
            else answer.SetResult(message["result"]!);
            return;
        }
        var method = message["method"]!.GetValue<string>();
        var parameters = message["params"]!;
        if (method == "Page.lifecycleEvent" && parameters["name"]!.GetValue<string>() == "load")
            LoadOf(parameters["loaderId"]!.GetValue<string>()).TrySetResult();
        if (_events.TryRemove(method, out var waiting)) waiting.SetResult(parameters);
    }

    private static TaskCompletionSource<JsonNode> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
