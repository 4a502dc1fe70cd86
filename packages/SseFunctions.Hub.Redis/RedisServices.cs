using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Hub.Redis.Registry;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Hub.Redis;

/// <summary>Lets all instances of an app share one hub.</summary>
public static class RedisServices
{
    /// <summary>Holds the hub's updates, and the list of its subscribers, in Redis, with the settings of the section
    /// <c>Redis</c>, which are validated when the host starts. It adds the health check <c>hub-redis</c>. It may be called
    /// several times.</summary>
    public static SseHubBuilder AddRedis(this SseHubBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (!services.TryAddFeature(nameof(AddRedis), nameof(AddRedis), builder.Configuration, RedisOptions.Section)) return builder;

        services.AddSettings<RedisOptions>(builder.Configuration, RedisOptions.Section);
        services.AddSingleton<RedisConnectionMetrics>();
        services.AddSingleton<RedisMirrorMetrics>();
        // The container disposes services in the reverse order of their creation: the log, which reads in the
        // background, before the connection.
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
        services.AddSingleton<IInstanceRegistry>(provider => new RedisInstanceRegistry(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<RegistryTimes>()));
        services.AddHostedService<RedisLogStart>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("hub-redis");
        return builder;
    }
}
