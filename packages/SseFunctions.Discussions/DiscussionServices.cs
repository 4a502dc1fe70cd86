using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SseFunctions.Discussions.Adapters;
using SseFunctions.Discussions.Models;
using SseFunctions.Discussions.Protocol;
using SseFunctions.Discussions.Running;
using SseFunctions.Hub;
using SseFunctions.Streaming;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Discussions;

/// <summary>Adds discussions to the services of an app.</summary>
public static class DiscussionServices
{
    /// <summary>Adds the services of <see cref="DiscussionFunctions"/>.</summary>
    /// <remarks>The settings come from the section <c>Discussions</c> and are validated when the host starts. Without a
    /// model in the settings, an <c>IChatClient</c> that the app has registered is used; without both, the first
    /// <see cref="NamedParticipant"/> of the app; without any of these, participants are scripted. This method also
    /// adds the hub (<see cref="HubServices.AddSseHub"/>). Further calls with the same settings have no
    /// effect.</remarks>
    /// <returns>The builder of the hub, for packages that extend it.</returns>
    /// <exception cref="InvalidOperationException">An earlier call had a configuration in which a setting of the
    /// section differs.</exception>
    public static SseHubBuilder AddSseDiscussions(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var hub = services.AddSseHub(configuration);
        const string name = nameof(AddSseDiscussions);
        if (!services.TryAddFeature(name, name, configuration, DiscussionOptions.Section)) return hub;
        services.AddDiscussionModels(configuration);
        services.TryAddSingleton<IModerator, RoundRobinModerator>();
        services.AddSingleton<Budget>();
        services.AddSingleton<ViewerPlaces>();
        services.AddSingleton<ModelVoices>();
        services.AddSingleton(provider => new ResumableAnswers(
            provider.GetRequiredService<ITopicLogs>(),
            provider.GetRequiredService<RunningDiscussions>(),
            provider.GetRequiredService<Speaker>(),
            provider.GetRequiredService<ViewerPlaces>(),
            provider.GetRequiredService<EventStreams>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TurnSpeaker>();
        services.AddSingleton<Speaker>();
        services.AddSingleton<RunningDiscussions>();
        services.AddHostedService(provider => provider.GetRequiredService<RunningDiscussions>());
        services.AddSingleton<IDiscussionTurns, UnattendedTurns>();
        services.AddSingleton<DiscussionRights>();
        services.AddSingleton<StartRequestReader>();
        services.AddSingleton<StartEndpoint>();
        services.AddSingleton<ReadEndpoints>();
        services.AddSingleton<WatchEndpoints>();
        services.AddSingleton<AdapterStream>();
        services.AddSingleton<AdapterEndpoints>();
        services.AddSingleton(provider => new DiscussionEndpoints(
            provider.GetRequiredService<StartEndpoint>(),
            provider.GetRequiredService<ReadEndpoints>(),
            provider.GetRequiredService<WatchEndpoints>(),
            provider.GetRequiredService<AdapterEndpoints>(),
            provider.GetRequiredService<CrossOrigin>()));
        return hub;
    }
}
