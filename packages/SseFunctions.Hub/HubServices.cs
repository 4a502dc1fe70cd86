using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Protocol;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Hub;

/// <summary>Adds the hub to the services of an app.</summary>
public static class HubServices
{
    // The log category of the messages "Request starting" and "Request finished".
    private const string RequestLines = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Adds the hub: <see cref="IUpdatePublisher"/>, the services of <see cref="HubFunctions"/>, and the
    /// health check <c>hub</c>.</summary>
    /// <remarks><para>The settings come from the section <c>Hub</c> and are validated when the host starts. The log is
    /// in the memory of the process, unless a package adds a shared log.</para>
    /// <para>This method also adds event streams (<see cref="StreamingServices.AddSseStreaming"/>), and turns off the
    /// log category <c>Microsoft.AspNetCore.Hosting.Diagnostics</c>: its messages contain whole URLs, and clients may
    /// send tokens in URLs. Further calls with the same settings have no effect.</para></remarks>
    /// <returns>A builder for packages that extend the hub.</returns>
    /// <exception cref="InvalidOperationException">An earlier call had a configuration in which a setting of the
    /// section differs.</exception>
    public static SseHubBuilder AddSseHub(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddStreaming(configuration, nameof(AddSseHub));
        var builder = new SseHubBuilder(services, configuration);
        const string name = nameof(AddSseHub);
        if (!services.TryAddFeature(name, name, configuration, HubOptions.Section)) return builder;

        services.AddSettings<HubOptions>(configuration, HubOptions.Section, options =>
        {
            const string section = HubOptions.Section;
            options.Dialects = Settings.List(
                configuration, $"{section}:{nameof(options.Dialects)}", options.Dialects);
            options.Issuers = Settings.Items<IssuerOptions>(
                configuration,
                $"{section}:{nameof(options.Issuers)}",
                (issuer, path) =>
                {
                    issuer.Section = path;
                    issuer.Keys = Settings.Texts(configuration, $"{path}:{nameof(issuer.Keys)}", issuer.Keys);
                });
            options.PublishOrigins = Settings.List(
                configuration, $"{section}:{nameof(options.PublishOrigins)}", options.PublishOrigins);
            options.Publisher.Keys = Settings.Texts(
                configuration,
                $"{section}:{nameof(options.Publisher)}:{nameof(KeyOptions.Keys)}",
                options.Publisher.Keys);
            options.Subscriber.Keys = Settings.Texts(
                configuration,
                $"{section}:{nameof(options.Subscriber)}:{nameof(KeyOptions.Keys)}",
                options.Subscriber.Keys);
        });
        // These messages contain whole URLs, and a client may send its token in the URL.
        services.PostConfigure<LoggerFilterOptions>(options => options.Rules.Add(
            new LoggerFilterRule(null, RequestLines, LogLevel.None, null)));

        // A package that shares the log between instances replaces this registration.
        services.TryAddSingleton<IEventLog>(provider => new InMemoryEventLog(
            provider.GetRequiredService<IOptions<HubOptions>>().Value.History.Limits,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => new LogNotice(
            provider.GetRequiredService<IEventLog>(),
            provider.GetService<IConfiguration>() ?? configuration,
            provider.GetRequiredService<ILogger<LogNotice>>()));
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
        services.AddSingleton(provider => new UpdatePublisher(
            provider.GetRequiredService<IEventLog>(),
            provider.GetRequiredService<IOptions<HubOptions>>().Value.UpdateLimits,
            provider.GetRequiredService<HubMetrics>()));
        services.AddSingleton<IUpdatePublisher>(provider => provider.GetRequiredService<UpdatePublisher>());
        // A package that shares the hub between instances replaces these two registrations.
        services.TryAddSingleton<ITopicStore>(provider =>
            new InMemoryTopicStore(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ISharedCounts>(provider =>
            new InMemoryCounts(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OpenTopicLogs>();
        services.AddSingleton<ITopicLogs>(provider => provider.GetRequiredService<OpenTopicLogs>());
        services.AddHostedService(provider => provider.GetRequiredService<OpenTopicLogs>());
        services.AddSingleton<IHubAuthorization, RequestAuthorization>();
        services.AddSingleton<PublishEndpoint>();
        services.AddSingleton<SubscribeEndpoint>();
        services.AddSingleton<SubscriptionsEndpoint>();
        services.AddSingleton<MetadataEndpoint>();
        services.AddSingleton(provider => new HubEndpoints(
            provider.GetRequiredService<SubscribeEndpoint>(),
            provider.GetRequiredService<PublishEndpoint>(),
            provider.GetRequiredService<SubscriptionsEndpoint>(),
            provider.GetRequiredService<MetadataEndpoint>(),
            provider.GetRequiredService<CrossOrigin>(),
            provider.GetRequiredService<IOptions<HubOptions>>().Value.SpeaksV1));
        services.AddHealthChecks().AddCheck<HubHealthCheck>("hub");
        return builder;
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

    // With an instance registry, presence covers all instances; without one, this instance alone.
    private static ActiveSubscriptions NewActiveSubscriptions(IServiceProvider provider)
    {
        var isOn = provider.GetRequiredService<IOptions<HubOptions>>().Value.Subscriptions;
        var log = provider.GetRequiredService<IEventLog>();
        if (provider.GetService<IInstanceRegistry>() is not { } registry)
        {
            return new ActiveSubscriptions(
                isOn, new LocalPresence(log, provider.GetRequiredService<ILogger<LocalPresence>>()));
        }
        return new ActiveSubscriptions(isOn, new SharedPresence(
            log,
            registry,
            provider.GetRequiredService<RegistryTimes>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SharedPresence>>()));
    }
}
