using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Demo;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Protocol;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Streaming;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Telemetry;
using SseFunctions.Website;

namespace SseFunctions;

/// <summary>Everything the functions need, the same in both hosts. The only place where features are put together.
/// </summary>
public static class Services
{
    /// <summary>Adds the services of all features.</summary>
    public static IServiceCollection AddSseFunctions(this IServiceCollection services, IConfiguration configuration) =>
        services.AddFeatures(configuration).AddHostedService<Rehearsal>();

    /// <summary>The same, without the rehearsal that runs them.</summary>
    internal static IServiceCollection AddFeatures(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddPrivateLogs();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSettings<StreamingOptions>(configuration, StreamingOptions.Section);
        services.AddSingleton<StreamMetrics>();
        services.AddSingleton<EventStreams>();

        services.AddSettings<CrossOriginOptions>(configuration, CrossOriginOptions.Section);
        services.PostConfigure<CrossOriginOptions>(options => options.AllowedOrigins =
            Settings.List(configuration, $"{CrossOriginOptions.Section}:{nameof(options.AllowedOrigins)}"));
        services.PostConfigure<CrossOriginOptions>(options => options.AllowedHeaders =
            Settings.List(configuration, $"{CrossOriginOptions.Section}:{nameof(options.AllowedHeaders)}"));
        services.AddSingleton<CrossOrigin>();

        services.AddSettings<DemoOptions>(configuration, DemoOptions.Section);
        services.PostConfigure<DemoOptions>(options => options.Messages =
            Settings.List(configuration, $"{DemoOptions.Section}:{nameof(options.Messages)}"));
        services.AddSingleton<DemoMessages>();

        services.AddEventLog(configuration);
        services.AddHub(configuration);

        services.AddSingleton(new WebsiteFiles());
        services.AddHealthChecks();
        return services;
    }

    // In memory, or in Redis where one is set.
    private static void AddEventLog(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<RedisOptions>(configuration, RedisOptions.Section);
        services.AddHostedService<LogNotice>();
        if (string.IsNullOrEmpty(configuration[$"{RedisOptions.Section}:{nameof(RedisOptions.ConnectionString)}"]))
        {
            services.AddSingleton<IEventLog>(provider =>
                new InMemoryEventLog(Limits(provider), provider.GetRequiredService<TimeProvider>()));
            return;
        }
        services.AddSingleton<RedisMetrics>();
        services.AddSingleton(provider => new RedisEventLog(
            provider.GetRequiredService<IOptions<RedisOptions>>().Value,
            Limits(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RedisMetrics>(),
            provider.GetRequiredService<ILogger<RedisEventLog>>()));
        services.AddSingleton<IEventLog>(provider => provider.GetRequiredService<RedisEventLog>());
        services.AddSingleton<IInstanceRegistry>(provider =>
            provider.GetRequiredService<RedisEventLog>().Registry(provider.GetRequiredService<RegistryTimes>()));
        services.AddHostedService<RedisLogStart>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis");
    }

    private static LogLimits Limits(IServiceProvider provider)
    {
        var history = provider.GetRequiredService<IOptions<HubOptions>>().Value.History;
        return new LogLimits(history.MaxCount, history.MaxBytes, history.MaxAge);
    }

    private static void AddHub(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<HubOptions>(configuration, HubOptions.Section);
        services.PostConfigure<HubOptions>(options => options.PublishOrigins =
            Settings.List(configuration, $"{HubOptions.Section}:{nameof(options.PublishOrigins)}"));
        services.PostConfigure<HubOptions>(options => options.Publisher.Keys = Settings.Texts(
            configuration, $"{HubOptions.Section}:{nameof(options.Publisher)}:{nameof(KeyOptions.Keys)}"));
        services.PostConfigure<HubOptions>(options => options.Subscriber.Keys = Settings.Texts(
            configuration, $"{HubOptions.Section}:{nameof(options.Subscriber)}:{nameof(KeyOptions.Keys)}"));
        services.AddSingleton<HubMetrics>();
        services.AddSingleton<HubAccess>();
        services.AddHostedService(provider => provider.GetRequiredService<HubAccess>());
        services.AddSingleton<Subscribers>();
        services.AddSingleton(provider => new Sweeper(
            provider.GetRequiredService<Subscribers>(),
            provider.GetRequiredService<IOptions<HubOptions>>().Value.Gather,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Dispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<Dispatcher>());
        services.TryAddSingleton(RegistryTimes.Default);
        services.AddSingleton(NewActiveSubscriptions);
        services.AddHostedService(provider => provider.GetRequiredService<ActiveSubscriptions>());
        services.AddSingleton<IUpdatePublisher, UpdatePublisher>();
        services.AddSingleton<PublishEndpoint>();
        services.AddSingleton<SubscribeEndpoint>();
        services.AddSingleton<SubscriptionsEndpoint>();
        services.AddHealthChecks().AddCheck<HubHealthCheck>("hub");
    }

    // All instances know those of each other where they share a log.
    private static ActiveSubscriptions NewActiveSubscriptions(IServiceProvider provider)
    {
        var log = provider.GetRequiredService<IEventLog>();
        var options = provider.GetRequiredService<IOptions<HubOptions>>();
        if (provider.GetService<IInstanceRegistry>() is not { } registry)
        {
            return new ActiveSubscriptions(
                options, new LocalPresence(log, provider.GetRequiredService<ILogger<LocalPresence>>()));
        }
        var times = provider.GetRequiredService<RegistryTimes>();
        return new ActiveSubscriptions(options, new SharedPresence(
            log,
            registry,
            times,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SharedPresence>>()));
    }
}
