using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Hub.Redis.Registry;
using SseFunctions.Hub.Redis.TopicLogs;
using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Hub.Redis;

/// <summary>Adds Redis to a hub, so that all instances of an app share the hub.</summary>
public static class RedisServices
{
    /// <summary>Keeps the hub's updates and the list of its subscribers in Redis. Also adds the health check
    /// <c>hub-redis</c>. Reads the configuration section <c>Redis</c> (<see cref="RedisOptions"/>), which is validated
    /// when the host starts. Further calls have no effect.</summary>
    /// <returns>The same builder, for further calls.</returns>
    public static SseHubBuilder AddRedis(this SseHubBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (!services.TryAddFeature(nameof(AddRedis), nameof(AddRedis), builder.Configuration, RedisOptions.Section))
            return builder;

        services.AddSettings<RedisOptions>(builder.Configuration, RedisOptions.Section, isShared: true);
        services.AddSingleton<RedisConnectionMetrics>();
        services.AddSingleton<RedisMirrorMetrics>();
        // The log reads over the connection in the background. The container disposes services in the reverse order of
        // their creation, so it disposes the log before the connection.
        services.AddSingleton(provider => new RedisConnection(
            provider.GetRequiredService<IOptions<RedisOptions>>().Value,
            provider.GetRequiredService<RedisConnectionMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisConnection>>()));
        services.AddSingleton(provider => new RedisEventLog(
            provider.GetRequiredService<RedisConnection>(),
            provider.GetRequiredService<IOptions<HubOptions>>().Value.History.Limits,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RedisMirrorMetrics>(),
            provider.GetRequiredService<ILogger<RedisEventLog>>()));
        services.Replace(ServiceDescriptor.Singleton<IEventLog>(
            provider => provider.GetRequiredService<RedisEventLog>()));
        services.Replace(ServiceDescriptor.Singleton<ITopicStore>(
            provider => new RedisTopicStore(provider.GetRequiredService<RedisConnection>())));
        services.Replace(ServiceDescriptor.Singleton<ISharedCounts>(
            provider => new RedisCounts(provider.GetRequiredService<RedisConnection>())));
        services.AddSingleton<IInstanceRegistry>(provider => new RedisInstanceRegistry(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<RegistryTimes>()));
        services.AddHostedService<RedisLogStart>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("hub-redis");
        return builder;
    }
}
