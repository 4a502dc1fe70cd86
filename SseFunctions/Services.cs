using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Demo;
using SseFunctions.Discussions;
using SseFunctions.Hub.Redis;
using SseFunctions.Streaming;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Telemetry;
using SseFunctions.Unattended;
using SseFunctions.Website;

namespace SseFunctions;

/// <summary>Adds the services that the functions need, the same in both hosts. The only place where features are
/// combined.</summary>
public static class Services
{
    /// <summary>Adds the services of all features, and the <see cref="Rehearsal"/> that runs them at start.</summary>
    public static IServiceCollection AddSseFunctions(this IServiceCollection services, IConfiguration configuration) =>
        services.AddFeatures(configuration).AddHostedService<Rehearsal>();

    /// <summary>Adds the services of all features, without the rehearsal.</summary>
    internal static IServiceCollection AddFeatures(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddPrivateLogs();
        services.AddSseStreaming(configuration);

        services.AddSettings<DemoOptions>(configuration, DemoOptions.Section, options => options.Messages =
            Settings.List(configuration, $"{DemoOptions.Section}:{nameof(options.Messages)}", options.Messages));
        services.AddSingleton<DemoMessages>();

        var hub = services.AddSseDiscussions(configuration);
        // Any Redis setting turns Redis on, so that a missing setting is reported at start.
        var redis = configuration.GetSection(RedisOptions.Section);
        if (redis.GetChildren().Any(setting => setting.Value is { Length: > 0 }))
            hub.AddRedis();
        else
            // So that a mistyped section, such as Rediss, is reported.
            services.AddSingleton(
                new SettingsSection(configuration, RedisOptions.Section, typeof(RedisOptions), IsShared: true));

        services.AddUnattendedDiscussions(configuration);

        services.AddSingleton(new WebsiteFiles());
        services.AddHealthChecks();
        return services;
    }
}
