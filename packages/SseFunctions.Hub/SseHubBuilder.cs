using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SseFunctions.Hub;

/// <summary>What <see cref="HubServices.AddSseHub"/> returns, for packages that add to the hub.</summary>
public sealed class SseHubBuilder
{
    internal SseHubBuilder(IServiceCollection services, IConfiguration configuration) =>
        (Services, Configuration) = (services, configuration);

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The configuration that the hub reads its settings from.</summary>
    public IConfiguration Configuration { get; }
}
