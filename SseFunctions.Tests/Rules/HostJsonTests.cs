using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.LocalHost;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

public sealed class HostJsonTests
{
    // The limit of the Consumption plan, which is the strictest.
    private static readonly TimeSpan LongestFunctionTimeoutOfEveryPlan = TimeSpan.FromMinutes(10);

    private static readonly string[] StreamingFunctions =
        ["DiscussionAgUi", "DiscussionEvents", "DiscussionStream", "Events", "HubSubscribe"];

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

    // Without this setting the host exports in its old format, and its telemetry does not join the worker's traces.
    [Fact]
    public void The_host_exports_as_the_worker_does() =>
        Assert.Equal("OpenTelemetry", HostJson.GetProperty("telemetryMode").GetString());

    // The host logs each client that leaves a stream as a failed invocation, twice. The functions' own log lines have
    // the category .User there and stay, like the host's log lines about functions that do not stream.
    [Fact]
    public void The_host_does_not_log_clients_that_leave_but_what_the_function_logs()
    {
        Assert.All(StreamingFunctions, function =>
        {
            Assert.Equal("Critical", LogLevels[$"Function.{function}"]);
            Assert.Equal("Information", LogLevels[$"Function.{function}.User"]);
        });
        Assert.Equal("Critical", LogLevels["Host.Results"]);
    }

    [Fact]
    public void The_host_logs_the_failures_of_all_functions_that_do_not_stream() => Assert.All(
        FunctionRouter.FunctionMethods(
            LocalHostApplication.FunctionAssemblies.SelectMany(assembly => assembly.GetTypes()))
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name)
            .Except(StreamingFunctions),
        // A log level applies to all categories that begin with its name.
        function => Assert.DoesNotContain(
            LogLevels.Keys, name => $"Function.{function}".StartsWith(name, StringComparison.OrdinalIgnoreCase)));

    private static Dictionary<string, string> LogLevels => HostJson.GetProperty("logging").GetProperty("logLevel")
        .EnumerateObject().ToDictionary(level => level.Name, level => level.Value.GetString()!);

    private static JsonElement Http => HostJson.GetProperty("extensions").GetProperty("http");
}
