using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Discussions.Models;

/// <summary>Adds the settings of discussions and the models to the services of an app.</summary>
internal static class ModelServices
{
    /// <summary>Adds <see cref="DiscussionOptions"/>, validated when the host starts, and <see cref="IModels"/>. Call
    /// it once.</summary>
    public static void AddDiscussionModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DiscussionOptions>(configuration, DiscussionOptions.Section, options =>
            options.Models = Settings.Items<ModelOptions>(
                configuration, $"{DiscussionOptions.Section}:{nameof(options.Models)}", (_, _) => { }));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IModels>(provider => new ConfiguredModels(
            provider.GetRequiredService<IOptions<DiscussionOptions>>().Value,
            provider.GetService<IChatClient>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetServices<NamedParticipant>()));
    }
}
