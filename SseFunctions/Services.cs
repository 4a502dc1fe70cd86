using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Cors;
using SseFunctions.Demo;
using SseFunctions.EventLogs;
using SseFunctions.EventLogs.Redis;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.Presence;
using SseFunctions.Streaming;
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
        services.AddSingleton<RedisMetrics>();
        services.AddSingleton<IEventLog>(provider =>
        {
            var history = provider.GetRequiredService<IOptions<HubOptions>>().Value.History;
            var limits = new LogLimits(history.MaxCount, history.MaxBytes, history.MaxAge);
            var time = provider.GetRequiredService<TimeProvider>();
            var redis = provider.GetRequiredService<IOptions<RedisOptions>>().Value;
            if (!redis.IsSet) return new InMemoryEventLog(limits, time);
            var logger = provider.GetRequiredService<ILogger<RedisEventLog>>();
            return new RedisEventLog(redis, limits, time, provider.GetRequiredService<RedisMetrics>(), logger);
        });
        services.AddHostedService<EventLogHost>();
        services.AddHealthChecks();
        services.AddOptions<HealthCheckServiceOptions>().Configure<IOptions<RedisOptions>>((health, redis) =>
        {
            if (!redis.Value.IsSet) return;
            health.Registrations.Add(new HealthCheckRegistration(
                "redis", ActivatorUtilities.GetServiceOrCreateInstance<RedisHealthCheck>, null, null));
        });
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
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<HubOptions>>().Value;
            return new Subscribers(
                provider.GetRequiredService<IEventLog>(),
                provider.GetRequiredService<HubMetrics>(),
                options.MaxSubscribers,
                options.MaxSubscribersPerClient);
        });
        services.AddSingleton(NewSweeper);
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

    private static Sweeper NewSweeper(IServiceProvider provider)
    {
        var sweeper = new Sweeper(
            provider.GetRequiredService<Subscribers>(),
            provider.GetRequiredService<IOptions<HubOptions>>().Value.Gather,
            provider.GetRequiredService<TimeProvider>());
        provider.GetRequiredService<EventStreams>().BeforeStop(sweeper.Flush);
        return sweeper;
    }

    // All instances know those of each other where they share a log.
    private static ActiveSubscriptions NewActiveSubscriptions(IServiceProvider provider)
    {
        var log = provider.GetRequiredService<IEventLog>();
        var options = provider.GetRequiredService<IOptions<HubOptions>>();
        if (log is not RedisEventLog redis)
        {
            return new ActiveSubscriptions(
                options, new LocalPresence(log, provider.GetRequiredService<ILogger<LocalPresence>>()));
        }
        var times = provider.GetRequiredService<RegistryTimes>();
        return new ActiveSubscriptions(options, new SharedPresence(
            log,
            redis.Registry(times),
            times,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SharedPresence>>()));
    }
}
