using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SseFunctions.Cors;
using SseFunctions.Demo;
using SseFunctions.EventLogs;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
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

        services.AddHub(configuration);

        services.AddSingleton(new WebsiteFiles());
        services.AddHealthChecks();
        return services;
    }

    private static void AddHub(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<HubOptions>(configuration, HubOptions.Section);
        services.PostConfigure<HubOptions>(options => options.PublishOrigins =
            Settings.List(configuration, $"{HubOptions.Section}:{nameof(options.PublishOrigins)}"));
        services.AddSingleton<IEventLog>(provider =>
        {
            var history = provider.GetRequiredService<IOptions<HubOptions>>().Value.History;
            var limits = new LogLimits(history.MaxCount, history.MaxBytes, history.MaxAge);
            return new InMemoryEventLog(limits, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<HubMetrics>();
        services.AddSingleton<HubAccess>();
        services.AddHostedService(provider => provider.GetRequiredService<HubAccess>());
        services.AddSingleton<Subscribers>();
        services.AddSingleton<Dispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<Dispatcher>());
        services.AddSingleton<ActiveSubscriptions>();
        services.AddSingleton<IUpdatePublisher, UpdatePublisher>();
        services.AddSingleton<PublishEndpoint>();
        services.AddSingleton<SubscribeEndpoint>();
        services.AddSingleton<SubscriptionsEndpoint>();
        services.AddHealthChecks().AddCheck<HubHealthCheck>("hub");
    }
}
