using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Demo;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
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
        services.AddSseStreaming(configuration);

        services.AddSettings<DemoOptions>(configuration, DemoOptions.Section, options => options.Messages =
            Settings.List(configuration, $"{DemoOptions.Section}:{nameof(options.Messages)}", options.Messages));
        services.AddSingleton<DemoMessages>();

        var hub = services.AddSseHub(configuration);
        // Any of its settings will do: then the one that is missing is named at start.
        if (configuration.GetSection(RedisOptions.Section).GetChildren().Any(setting => setting.Value is { Length: > 0 }))
            hub.AddRedis();

        services.AddSingleton(new WebsiteFiles());
        services.AddHealthChecks();
        return services;
    }
}
