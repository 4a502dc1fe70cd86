using System.Diagnostics;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SseFunctions.Streaming;
using SseFunctions.Telemetry;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Telemetry;

/// <summary>The telemetry that the function app exports to Application Insights. A server on loopback takes the place
/// of Application Insights. The Functions worker does not run; only its span of each invocation is imitated. These
/// tests run alone: a listener gets the spans of all tests, and an exporter drops spans that it cannot export in
/// time.</summary>
[Collection(nameof(Alone))]
public sealed class AzureMonitorTests
{
    private static readonly ActivitySource Worker = new("Microsoft.Azure.Functions.Worker");

    static AzureMonitorTests()
    {
        // The exporter also reports about itself, to an address of Microsoft.
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true");
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_SDKSTATS_DISABLED_ALL", "true");
    }

    [Fact]
    public async Task Gets_the_spans_and_the_log_of_a_stream_but_not_its_invocation()
    {
        await using var insights = await Collector.Start();
        await using var app = await StartApp(insights);
        using var client = await RawClient.Get(new Uri(app.Urls.First()));
        await client.UntilEnd();
        await app.StopAsync(TestContext.Current.CancellationToken).Within("stop of the app");
        await Task.Run(() => Flush(app.Services), TestContext.Current.CancellationToken).Within("flush");
        await insights.Until("metrics", got => got.Text.Contains("sse.streams.ended", StringComparison.Ordinal));
        await insights.Until(
            "log", got => got.Text.Contains("A stream of test ended: finished", StringComparison.Ordinal));
        await insights.Until(
            "span of the end", got => got.Text.Contains(StreamTrace.EndName, StringComparison.Ordinal));
        Assert.Contains(StreamTrace.StartName, insights.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("function Test", insights.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_connection_string_nothing_is_added()
    {
        var services = new ServiceCollection();
        services.AddOpenTelemetry().AddAzureMonitor(new ConfigurationBuilder().Build());
        Assert.DoesNotContain(
            services, service => service.ServiceType.FullName!.Contains("AzureMonitor", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("microsoft.fixed_percentage", "0.25", null, 0.25f)]
    [InlineData("microsoft.rate_limited", "7", 7.0, 1f)]
    [InlineData(null, null, 5.0, 1f)]
    public void The_share_of_traces_is_what_the_settings_say(
        string? sampler, string? argument, double? perSecond, float ratio)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [TelemetrySettings.ConnectionString] = $"InstrumentationKey={Guid.NewGuid()}",
            ["OTEL_TRACES_SAMPLER"] = sampler,
            ["OTEL_TRACES_SAMPLER_ARG"] = argument,
        }).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddOpenTelemetry().AddAzureMonitor(configuration);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<AzureMonitorExporterOptions>>().Value;
        Assert.Equal((perSecond, ratio), (options.TracesPerSecond, options.SamplingRatio));
        Assert.False(options.EnableTraceBasedLogsSampler);
        Assert.Equal(configuration[TelemetrySettings.ConnectionString], options.ConnectionString);
    }

    [Theory]
    [InlineData("Authorization=AAD")]
    [InlineData("ClientId=00000000-0000-0000-0000-000000000001;Authorization=AAD")]
    [InlineData("authorization=aad; clientid=00000000-0000-0000-0000-000000000001;")]
    public void An_identity_is_the_apps_own_or_one_given_to_it(string authentication) =>
        Assert.IsType<ManagedIdentityCredential>(AzureMonitorServices.IdentityOf(authentication));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_one_the_connection_string_is_enough(string? authentication) =>
        Assert.Null(AzureMonitorServices.IdentityOf(authentication));

    [Theory]
    [InlineData("ClientId=1")]
    [InlineData("Authorization=Key")]
    [InlineData("AAD")]
    public void Any_other_is_refused_with_what_to_write(string authentication)
    {
        var problem = Assert.Throws<InvalidDataException>(() => AzureMonitorServices.IdentityOf(authentication));
        Assert.Contains("Authorization=AAD", problem.Message, StringComparison.Ordinal);
    }

    private static void Flush(IServiceProvider services)
    {
        services.GetRequiredService<TracerProvider>().ForceFlush();
        services.GetRequiredService<MeterProvider>().ForceFlush();
        services.GetRequiredService<LoggerProvider>().ForceFlush();
    }

    private static async Task<WebApplication> StartApp(Collector insights)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var endpoints = $"IngestionEndpoint={insights.Url}/;LiveEndpoint={insights.Url}/";
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [TelemetrySettings.ConnectionString] = $"InstrumentationKey={Guid.NewGuid()};{endpoints}",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSseFunctions(builder.Configuration);
        builder.Services.AddSseTelemetry(builder.Configuration)
            .WithTracing(tracing => tracing.AddSource(Worker.Name))
            .AddAzureMonitor(builder.Configuration);
        // Samples all spans. The default is about five per second.
        builder.Services.PostConfigureAll<AzureMonitorExporterOptions>(options =>
            (options.TracesPerSecond, options.SamplingRatio) = (null, 1));
        var app = builder.Build();
        var streams = app.Services.GetRequiredService<EventStreams>();
        app.Run(async context =>
        {
            using var invocation = Worker.StartActivity("function Test");
            await streams.Stream("test", Events(), context.RequestAborted).ExecuteAsync(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async IAsyncEnumerable<ServerSentEvent> Events()
    {
        await Task.Yield();
        yield return new ServerSentEvent("one");
    }
}
