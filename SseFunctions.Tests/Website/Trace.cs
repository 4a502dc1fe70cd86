using System.Text.Json;
using Microsoft.Playwright;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Website;

/// <summary>What Chromium's main threads did since the start of the trace.</summary>
internal sealed class Trace
{
    private const double MicrosecondsPerMillisecond = 1000;

    private readonly List<JsonElement> _events = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ICDPSession _session;

    private Trace(ICDPSession session)
    {
        _session = session;
        session.Event("Tracing.dataCollected").OnEvent += (_, data) =>
        {
            lock (_events) _events.AddRange(data!.Value.GetProperty("value").EnumerateArray());
        };
        session.Event("Tracing.tracingComplete").OnEvent += (_, _) => _complete.TrySetResult();
    }

    public static async Task<Trace> Start(IPage page)
    {
        var trace = new Trace(await page.Context.NewCDPSessionAsync(page));
        await trace._session.SendAsync("Tracing.start", new() { ["categories"] = "toplevel" });
        return trace;
    }

    /// <summary>Ends the trace. Returns the most ms of CPU that one task took.</summary>
    public async Task<double> LongestTask()
    {
        await _session.SendAsync("Tracing.end");
        await _complete.Task.Within("trace");
        var mains = _events
            .Where(item => Text(item, "name") == "thread_name"
                && Text(item.GetProperty("args"), "name") == "CrRendererMain")
            .Select(ThreadOf).ToHashSet();
        var tasks = _events
            .Where(item => Text(item, "name").EndsWith("RunTask", StringComparison.Ordinal)
                && item.TryGetProperty("tdur", out _) && mains.Contains(ThreadOf(item)))
            .Select(item => item.GetProperty("tdur").GetDouble() / MicrosecondsPerMillisecond).ToList();
        Assert.NotEmpty(tasks);
        return tasks.Max();
    }

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static (int, int) ThreadOf(JsonElement item) =>
        (item.GetProperty("pid").GetInt32(), item.GetProperty("tid").GetInt32());
}
