using System.Net;
using System.Text;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Telemetry;

/// <summary>The telemetry that a collector gets from LocalHost, which runs in its own process.</summary>
public sealed class ExportTests
{
    private const string Ours = "SseFunctions";
    private const string Requests = "Microsoft.AspNetCore";
    private const string Secret = "secret";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collector_gets_metrics_and_logs_and_spans_of_which_none_is_as_long_as_a_stream()
    {
        await using var collector = await Collector.Start();
        using var host = StartHost(collector);
        using var http = new HttpClient { BaseAddress = new Uri(await host.Url) };

        var events = await http.GetStringAsync(new Uri("events", UriKind.Relative), Test);
        Assert.Contains("event: close", events, StringComparison.Ordinal);
        await http.GetStringAsync(new Uri("/", UriKind.Relative), Test);
        using var refused = await http.GetAsync(
            new Uri($"{HubClient.Path}?topic={Secret}&authorization={Secret}", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var subscription = await RawClient.Get(new Uri(http.BaseAddress, $"{HubClient.Path}?topic={Secret}"));
        await subscription.Until("retry");
        await Publish(http);
        await subscription.Until(Secret);

        string[] wanted = [
            "sse.streams.open",
            "sse.streams.ended",
            "hub.updates",
            "hub.deliveries",
            "hub.delivery.latency",
            "hub.log.bytes"];
        await collector.Until(
            "metrics",
            got => wanted.All(name => got.Metrics.Any(metric => metric.Meter == Ours && metric.Name == name)));
        subscription.Break();
        await collector.Until(
            "end of both streams", got => got.Spans.Count(span => span.Name == "sse stream end") == 2);
        host.Terminate();
        Assert.Equal(0, await host.Exit());

        var ours = collector.Spans.Where(span => span.Scope == Ours).ToArray();
        Assert.Equal(
            ["send hub", "sse stream end", "sse stream end", "sse stream start", "sse stream start"],
            ours.Select(span => span.Name).Order());
        var end = Assert.Single(ours, span => span.Attributes.GetValueOrDefault("sse.end.reason") == "finished");
        Assert.Equal("demo", end.Attributes["sse.feature"]);
        Assert.Contains(
            collector.Logs,
            log => log.TraceId == end.TraceId && log.Text.Contains("ended: finished", StringComparison.Ordinal));

        var routes = collector.Spans.Where(span => span.Scope == Requests)
            .Select(span => span.Attributes["http.route"].TrimStart('/'));
        Assert.Equal([HubClient.Path[1..], HubClient.Path[1..], "{*path}"], routes.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(
            collector.Spans.SelectMany(span => span.Attributes.Values),
            value => value.Contains(Secret, StringComparison.Ordinal));

        // The warm-up streams of the host must not be exported.
        Assert.DoesNotContain("rehearsal", collector.Text, StringComparison.OrdinalIgnoreCase);
        var latency = collector.Metrics.First(metric => metric.Name == "hub.delivery.latency");
        Assert.Equal("s", latency.Unit);
        Assert.Contains(0.001, latency.Bounds);
        Assert.Contains(collector.Metrics, metric => metric.Name == "http.server.request.duration");
        Assert.Equal("my-service", collector.Resource["service.name"]);
    }

    [Fact]
    public async Task Without_a_collector_not_even_the_packages_are_loaded()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("It looks into /proc.");
        await using var collector = await Collector.Start();
        using (var with = StartHost(collector)) Assert.Contains(
            "OpenTelemetry", await Loaded(with), StringComparison.Ordinal);
        using var without = LocalHostProcess.Start("--port 0");
        Assert.DoesNotContain("OpenTelemetry", await Loaded(without), StringComparison.Ordinal);

        static async Task<string> Loaded(LocalHostProcess host)
        {
            using var client = await RawClient.Get(new Uri(new Uri(await host.Url), "events"));
            await client.Until("id: 1");
            return await File.ReadAllTextAsync($"/proc/{host.Id}/maps", Test);
        }
    }

    [Theory]
    [InlineData("localhost:4317")]
    [InlineData("collector")]
    public async Task Says_in_one_line_that_the_collector_is_no_URL(string endpoint)
    {
        using var host = LocalHostProcess.Start("--port 0", ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
        Assert.Equal(1, await host.Exit());
        var line = Assert.Single(host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("OTEL_EXPORTER_OTLP_ENDPOINT", line, StringComparison.Ordinal);
    }

    private static LocalHostProcess StartHost(Collector collector) => LocalHostProcess.Start(
        // Set in local.settings.json, so that it is only in the configuration and not in the environment.
        $"--port 0 --OTEL_EXPORTER_OTLP_ENDPOINT={collector.Url}",
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "100"),
        ("OTEL_SERVICE_NAME", "my-service"),
        ("Demo__Delay", "00:00:00"),
        ("Hub__Anonymous", "true"),
        ("Hub__Publisher__Key", Jwt.Key));

    private static async Task Publish(HttpClient http)
    {
        using var update = new HttpRequestMessage(HttpMethod.Post, new Uri(HubClient.Path, UriKind.Relative))
        {
            Content =
                new StringContent($"topic={Secret}&data={Secret}", Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        update.Headers.TryAddWithoutValidation("Authorization", $"Bearer {HubClient.Everything}");
        using var answer = await http.SendAsync(update, Test);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
