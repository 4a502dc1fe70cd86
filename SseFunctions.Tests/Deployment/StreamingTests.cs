using System.Net;
using System.Text.Json;
using SseFunctions.Hub;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Deployment;

/// <summary>The settings in infra/ on which streams depend in Azure.</summary>
public sealed class StreamingTests
{
    [Fact]
    public async Task By_default_a_stream_lives_as_long_as_the_code_says_and_a_function_as_host_json_says()
    {
        var settings = (await AzureDeployment.Default()).Settings;
        Assert.Equal($"{new StreamingOptions().MaxDuration:c}", settings["Streaming__MaxDuration"]);
        var hostJson = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "host.json"), TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(
            hostJson.GetProperty("functionTimeout").GetString(), settings["AzureFunctionsJobHost__functionTimeout"]);
    }

    // Two seconds after it canceled a function that exceeded its timeout, the host stops the whole worker.
    [Fact]
    public async Task However_long_streams_live_they_end_before_the_function_times_out()
    {
        await Holds(AzureDeployment.WithPrivateRedis(), "00:02:00", "00:03:00");
        await Holds(AzureDeployment.WithPublicRedis(), "00:59:00", "01:00:00");
        await Holds(AzureDeployment.Customized(), "23:00:00", "23:01:00");

        static async Task Holds(Task<AzureDeployment> deployment, string duration, string timeout)
        {
            var settings = (await deployment).Settings;
            Assert.Equal(duration, settings["Streaming__MaxDuration"]);
            Assert.Equal(timeout, settings["AzureFunctionsJobHost__functionTimeout"]);
        }
    }

    [Fact]
    public async Task An_instance_holds_as_many_streams_as_the_platform_allows()
    {
        var scale = (await AzureDeployment.Default()).App.GetProperty("functionAppConfig")
            .GetProperty("scaleAndConcurrency");
        Assert.Equal(1000, Concurrency(scale));
        Assert.Equal(2048, scale.GetProperty("instanceMemoryMB").GetInt32());
        Assert.Empty(scale.GetProperty("alwaysReady").EnumerateArray());
        Assert.Equal(40, scale.GetProperty("maximumInstanceCount").GetInt32());
        Assert.True(new HubOptions().MaxSubscribers >= Concurrency(scale));
    }

    [Fact]
    public async Task Scale_is_a_matter_of_parameters()
    {
        var deployment = await AzureDeployment.Customized();
        var scale = deployment.App.GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency");
        var ready = Assert.Single(scale.GetProperty("alwaysReady").EnumerateArray());
        Assert.Equal("http", ready.GetProperty("name").GetString());
        Assert.Equal(2, ready.GetProperty("instanceCount").GetInt32());
        Assert.Equal(500, Concurrency(scale));
        Assert.Equal(4096, scale.GetProperty("instanceMemoryMB").GetInt32());
        Assert.Equal(100, scale.GetProperty("maximumInstanceCount").GetInt32());
    }

    [Fact]
    public async Task Streams_of_a_browser_share_one_connection_that_is_encrypted()
    {
        var app = (await AzureDeployment.Default()).App;
        Assert.True(app.GetProperty("httpsOnly").GetBoolean());
        Assert.False(app.GetProperty("clientAffinityEnabled").GetBoolean());
        var site = app.GetProperty("siteConfig");
        Assert.True(site.GetProperty("http20Enabled").GetBoolean());
        Assert.Equal("1.2", site.GetProperty("minTlsVersion").GetString());
        Assert.Equal("1.2", site.GetProperty("scmMinTlsVersion").GetString());
    }

    // No CORS, because the functions send its headers, and no setting that Flex Consumption refuses (ftpsState,
    // linuxFxVersion and more).
    [Fact]
    public async Task Nothing_is_said_of_the_site_that_Flex_Consumption_does_not_take() => Assert.Equal(
        ["appSettings", "http20Enabled", "minTlsVersion", "scmMinTlsVersion"],
        (await AzureDeployment.Default()).App.GetProperty("siteConfig")
            .EnumerateObject().Select(setting => setting.Name).Order());

    [Fact]
    public async Task Runs_the_framework_that_the_app_is_built_for()
    {
        var deployment = await AzureDeployment.Default();
        var plan = deployment.Single("Microsoft.Web/serverfarms").GetProperty("sku");
        Assert.Equal("FlexConsumption", plan.GetProperty("tier").GetString());
        var runtime = deployment.App.GetProperty("functionAppConfig").GetProperty("runtime");
        Assert.Equal("dotnet-isolated", runtime.GetProperty("name").GetString());
        Assert.Contains($"<TargetFramework>net{runtime.GetProperty("version").GetString()}</TargetFramework>",
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, "SseFunctions", "SseFunctions.csproj"),
                TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_app_starts_with_its_settings(bool customized)
    {
        var settings = (await (customized ? AzureDeployment.Customized() : AzureDeployment.Default())).Settings;
        // An ARM expression: only Azure knows the value.
        Assert.StartsWith("[", settings["Hub__Publisher__Key"], StringComparison.Ordinal);
        settings["Hub__Publisher__Key"] = $"{Guid.NewGuid()}{Guid.NewGuid()}";
        await using var server = await LocalHostServer.Start(null, [.. settings.Select(setting =>
            $"{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}")]);
        using var health = await server.Get("/healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Empty(server.Logs.Warnings);
    }

    private static int Concurrency(JsonElement scale) =>
        scale.GetProperty("triggers").GetProperty("http").GetProperty("perInstanceConcurrency").GetInt32();

}
