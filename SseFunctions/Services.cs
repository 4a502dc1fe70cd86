using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SseFunctions.Cors;
using SseFunctions.Demo;
using SseFunctions.Streaming;
using SseFunctions.Website;

namespace SseFunctions;

/// <summary>Everything the functions need, the same in both hosts. The only place where features are put together.
/// </summary>
public static class Services
{
    /// <summary>Adds the services of all features.</summary>
    public static IServiceCollection AddSseFunctions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSettings<StreamingOptions>(configuration, StreamingOptions.Section);
        services.AddSingleton<StreamMetrics>();
        services.AddSingleton<EventStreams>();

        services.AddSettings<CrossOriginOptions>(configuration, CrossOriginOptions.Section);
        services.PostConfigure<CrossOriginOptions>(options => options.AllowedOrigins =
            Settings.List(configuration, $"{CrossOriginOptions.Section}:{nameof(options.AllowedOrigins)}"));
        services.AddSingleton<CrossOrigin>();

        services.AddSettings<DemoOptions>(configuration, DemoOptions.Section);
        services.PostConfigure<DemoOptions>(options => options.Messages =
            Settings.List(configuration, $"{DemoOptions.Section}:{nameof(options.Messages)}"));
        services.AddSingleton<DemoMessages>();

        services.AddSingleton(new WebsiteFiles());
        return services;
    }
}
