using System.Text.Json;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

public sealed class HostJsonTests
{
    // Consumption, the strictest plan, allows no more.
    private static readonly TimeSpan LongestFunctionTimeoutOfEveryPlan = TimeSpan.FromMinutes(10);

    private static readonly JsonElement HostJson =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json"))).RootElement;

    [Fact]
    public void A_stream_ends_before_the_platform_would_end_the_whole_worker()
    {
        var timeout = TimeSpan.Parse(HostJson.GetProperty("functionTimeout").GetString()!);
        Assert.True(timeout <= LongestFunctionTimeoutOfEveryPlan);
        Assert.True(new StreamingOptions().MaxDuration < timeout);
    }

    [Fact]
    public void Paths_in_the_browser_are_the_paths_of_the_functions() =>
        Assert.Equal("", Http.GetProperty("routePrefix").GetString());

    [Fact]
    public void No_plan_queues_or_refuses_streams_by_a_default_that_is_meant_for_short_requests()
    {
        Assert.Equal(-1, Http.GetProperty("maxConcurrentRequests").GetInt32());
        Assert.Equal(-1, Http.GetProperty("maxOutstandingRequests").GetInt32());
        Assert.False(Http.GetProperty("dynamicThrottlesEnabled").GetBoolean());
    }

    // Or the host exports in its old way, and nothing of it belongs to the worker's traces.
    [Fact]
    public void The_host_exports_as_the_worker_does() =>
        Assert.Equal("OpenTelemetry", HostJson.GetProperty("telemetryMode").GetString());

    private static JsonElement Http => HostJson.GetProperty("extensions").GetProperty("http");
}
