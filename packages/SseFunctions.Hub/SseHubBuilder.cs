using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SseFunctions.Hub;

/// <summary>The services and the configuration of a hub, for packages that extend the hub. Returned by
/// <see cref="HubServices.AddSseHub"/>.</summary>
public sealed class SseHubBuilder
{
    internal SseHubBuilder(IServiceCollection services, IConfiguration configuration) =>
        (Services, Configuration) = (services, configuration);

    /// <summary>Gets the services of the app.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the configuration that contains the settings of the hub.</summary>
    public IConfiguration Configuration { get; }
}
