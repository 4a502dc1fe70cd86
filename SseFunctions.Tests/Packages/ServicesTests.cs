using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Packages;

/// <summary>The methods that add a package to an app's services.</summary>
public sealed class ServicesTests
{
    [Fact]
    public async Task Each_may_be_called_twice()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var configuration = Configuration();
        builder.Services.AddSseStreaming(configuration).AddSseStreaming(Configuration());
        builder.Services.AddSseHub(configuration);
        builder.Services.AddSseHub(Configuration());
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Single(host.Services.GetServices<IUpdatePublisher>());
        Assert.Single(host.Services.GetServices<EventStreams>());
        Assert.NotEmpty(await host.Services.GetRequiredService<IUpdatePublisher>().PublishAsync(
            "a", "b", TestContext.Current.CancellationToken));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_second_call_with_other_settings_is_refused()
    {
        var services = new ServiceCollection();
        services.AddSseHub(Configuration("Hub:MaxTopics=5"));
        var wrong =
            Assert.Throws<InvalidOperationException>(() => services.AddSseHub(Configuration("Hub:MaxTopics=6")));
        Assert.Equal(
            "AddSseHub was called with a different configuration than an earlier call: "
            + "the setting Hub:MaxTopics differs. Use the same configuration for all calls.",
            wrong.Message);
        wrong = Assert.Throws<InvalidOperationException>(
            () => services.AddSseStreaming(Configuration("Streaming:Heartbeat=00:00:01")));
        Assert.Contains("Streaming:Heartbeat", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_without_a_connection_string_is_said_at_start_in_one_line()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSseHub(Configuration()).AddRedis().AddRedis();
        using var host = builder.Build();
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
        var message = Assert.Single(wrong.Failures);
        Assert.StartsWith("Redis:ConnectionString is not set: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Code_may_set_what_the_configuration_does_not(bool isBefore)
    {
        var services = new ServiceCollection();
        if (!isBefore) services.AddSseHub(Configuration("Cors:AllowedHeaders=X-A,X-B"));
        services.Configure<HubOptions>(options => options.Publisher.Keys = ["secret"]);
        services.Configure<HubOptions>(options => options.PublishOrigins = ["https://example.com"]);
        services.Configure<CrossOriginOptions>(options => options.AllowedOrigins = ["https://example.com"]);
        if (isBefore) services.AddSseHub(Configuration("Cors:AllowedHeaders=X-A,X-B"));
        using var provider = services.BuildServiceProvider();
        var hub = provider.GetRequiredService<IOptions<HubOptions>>().Value;
        Assert.Equal(["secret"], hub.Publisher.Keys);
        Assert.Equal(["https://example.com"], hub.PublishOrigins);
        var cors = provider.GetRequiredService<IOptions<CrossOriginOptions>>().Value;
        Assert.Equal(["https://example.com"], cors.AllowedOrigins);
        Assert.Equal(["X-A", "X-B"], cors.AllowedHeaders);
    }

    [Fact]
    public async Task A_wrong_setting_is_said_at_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSseHub(Configuration("Hub:MaxTopics=0"));
        using var host = builder.Build();
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Hub:MaxTopics", Assert.Single(wrong.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_of_several_sections_are_said_together()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSseHub(Configuration("Hub:MaxTopics=0", "Streaming:Retry=-00:00:01"));
        using var host = builder.Build();
        var wrong =
            await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, wrong.InnerExceptions.OfType<OptionsValidationException>().Count());
    }

    [Fact]
    public async Task Redis_takes_the_place_of_the_log_in_memory()
    {
        await using var redis = await RedisServer.Start();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSseHub(Configuration($"Redis:ConnectionString={redis.ConnectionString}")).AddRedis();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(host.Services.GetRequiredService<SseFunctions.Hub.EventLogs.IEventLog>().IsShared);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IConfiguration Configuration(params string[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings
            .Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build();
}
