using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Telemetry;

/// <summary>The contents of requests stay out of logs, spans and metrics at all log levels: URLs, headers, cookies and
/// bodies contain tokens and topics. Both hosts run in their own processes, the function app with the real
/// worker.</summary>
public sealed class PrivacyTests
{
    private const string Secret = "planted7secret";
    private const string Hub = HubClient.Path;

    private static readonly string Token =
        Jwt.Mint(new { mercure = new { publish = new[] { "*" }, subscribe = new[] { "*" }, payload = Secret } });

    // The headers of each request. One is a hub cookie that is not a token.
    private const string Headers =
        $"X-Secret: {Secret}\r\nUser-Agent: {Secret}\r\nReferer: http://{Secret}/\r\nCookie: a={Secret}; "
            + $"mercureAuthorization={Secret}\r\n";

    // Function, method, target, headers, body, and the start of the response.
    private static readonly (
        string Function, string Verb, string Target, string Headers, string Body, string Answer)[] Requests =
    [
        ("HubSubscribe", "GET", $"{Hub}?topic={Secret}&authorization={Token}", $"{Headers}Last-Event-ID: "
            + $"{Secret}\r\nOrigin: http://{Secret}.test\r\n", "", "HTTP/1.1 200"),
        ("HubSubscribe", "GET", $"{Hub}?topic={Secret}&authorization={Secret}", Headers, "", "HTTP/1.1 401"),
        ("HubSubscribe", "GET", $"{Hub}?topic={Secret}", Headers, "", "HTTP/1.1 401"),
        ("HubSubscribe", "GET", $"{Hub}?{Secret}={Secret}&authorization={Token}", Headers, "", "HTTP/1.1 400"),
        ("HubSubscribe", "HEAD", $"{Hub}?topic={Secret}&authorization={Token}", Headers, "", "HTTP/1.1 200"),
        ("HubPublish", "POST", $"{Hub}?authorization={Token}", Headers, $"topic={Secret}&data={Secret}&id={Secret}&"
            + $"type={Secret}", "HTTP/1.1 200"),
        ("HubPublish", "POST", $"{Hub}?authorization={Secret}", Headers, $"topic={Secret}&data={Secret}",
            "HTTP/1.1 401"),
        ("HubPublish", "POST", $"{Hub}?authorization={Token}", Headers, Secret, "HTTP/1.1 400"),
        ("HubSubscriptions", "GET", $"{Hub}/subscriptions/{Secret}?authorization={Token}", Headers, "", "HTTP/1.1 200"),
        ("Events", "GET", $"/events?lastEventId={Secret}", Headers, "", "HTTP/1.1 200"),
        ("Website", "GET", $"/?{Secret}", Headers, "", "HTTP/1.1 200"),
        ("Website", "GET", $"/{Secret}?{Secret}", Headers, "", "HTTP/1.1 404"),
        ("Health", "GET", $"/healthz?{Secret}", Headers, "", "HTTP/1.1 200"),
    ];

    [Fact]
    public async Task The_function_app_exports_nothing_of_a_request()
    {
        var folder = await PublishedApp.Folder();
        await using var collector = await Collector.Start();
        await using var host = await FunctionsHost.Start(folder, [
            .. Settings,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.NewGuid()};"
                + $"IngestionEndpoint={collector.Url}/;LiveEndpoint={collector.Url}/"),
            ("OTEL_TRACES_SAMPLER", "microsoft.fixed_percentage"),
            ("OTEL_TRACES_SAMPLER_ARG", "1"),
            ("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true"),
            ("APPLICATIONINSIGHTS_SDKSTATS_DISABLED_ALL", "true"),
        ]);
        foreach (var (function, verb, target, headers, body, answer) in Requests)
        {
            using var client = await host.Invoke(function, verb, target, headers, body);
            await Answered(client, answer, function, () => $"{host.Output} {string.Join('\n', host.Logs.TakeLast(4))}");
        }
        await SendMalformed(host.WorkerUrl);
        await Exported(collector, "function HubPublish");
        await host.StopWorker();
        AssertNothingIn(collector);
        AssertNone(host.Output);
        Assert.All(host.Logs, AssertNone);
    }

    [Fact]
    public async Task LocalHost_exports_nothing_of_a_request()
    {
        await using var collector = await Collector.Start();
        using var host =
            LocalHostProcess.Start("--port 0", [.. Settings, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url)]);
        var url = new Uri(await host.Url);
        foreach (var (function, verb, target, headers, body, answer) in Requests)
        {
            var type = body.Length > 0
                ? $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n" : "";
            using var client = await RawClient.Get(url, headers + type, verb, target, body: body);
            await Answered(client, answer, function, () => host.Output);
        }
        await SendMalformed(url);
        await Exported(collector, "POST .well-known/mercure");
        host.Terminate();
        Assert.Equal(0, await host.Exit());
        AssertNothingIn(collector);
        AssertNone(host.Output);
    }

    // Levels and switches that turn all logs on.
    private static (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "100"),
        ("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true"),
        ("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "true"),
        ("Logging__LogLevel__Default", "Trace"),
        ("Logging__LogLevel__Microsoft", "Trace"),
        ("Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
        ("Logging__OpenTelemetry__LogLevel__Default", "Trace"),
        ("Logging__OpenTelemetry__LogLevel__Microsoft.AspNetCore", "Trace"),
        ("Logging__OpenTelemetry__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
        ("Logging__OpenTelemetry__IncludeScopes", "true"),
        ("Demo__Delay", "00:00:00"),
        ("Hub__Anonymous", "false"),
        ("Hub__Subscriptions", "true"),
        ("Hub__Publisher__Key", Jwt.Key),
    ];

    private static async Task Answered(RawClient client, string answer, string function, Func<string> log)
    {
        await client.Until("\r\n\r\n");
        Assert.True(
            client.Received.StartsWith(answer, StringComparison.Ordinal), $"{function}: {client.Received} {log()}");
        // Then the client leaves, which ends its stream.
        if (client.Received.Contains("text/event-stream", StringComparison.Ordinal)) client.Break();
    }

    private static async Task SendMalformed(Uri url)
    {
        (string Target, string Headers)[] malformed =
        [
            ($"/{Secret} {Secret}", ""),
            ($"/{Secret}", $"{Secret}\r\n"),
            ($"/{Secret}", $"Content-Length: {Secret}\r\n"),
        ];
        foreach (var (target, headers) in malformed)
        {
            using var client = await RawClient.Get(url, headers, "GET", target);
            await client.Until("HTTP/1.1 400");
        }
    }

    // Waits for logs, spans and metrics, because the secret could be in each of them.
    private static async Task Exported(Collector collector, string span)
    {
        await collector.Until(
            "end of a stream of the hub",
            got => got.Logs.Any(log => log.Text.Contains("A stream of hub ended", StringComparison.Ordinal)));
        await collector.Until("refusals", got => got.Metrics.Any(metric => metric.Name == "hub.refused"));
        await collector.Until("end of a stream", got => got.Spans.Any(end => end.Name == "sse stream end"));
        await collector.Until(
            $"span {span}, not only {string.Join(", ", collector.Spans.Select(other => other.Name).Distinct())}",
            got => got.Spans.Any(other => other.Name == span));
    }

    private static void AssertNothingIn(Collector collector)
    {
        AssertNone(collector.Text);
        // Checks the check: text that must be there is found.
        Assert.Contains("A stream of hub ended", collector.Text, StringComparison.Ordinal);
    }

    private static void AssertNone(string text)
    {
        foreach (var secret in new[] { Secret, Token })
        {
            var place = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
            if (place >= 0)
            {
                Assert.Fail(
                    $"'{secret}' was told: ...{text[Math.Max(0, place - 300)..Math.Min(text.Length, place + 100)]}...");
            }
        }
    }
}
