using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions;

namespace SseFunctions.Unattended;

/// <summary>Adds the queue of unattended discussions to the services of the app.</summary>
internal static class UnattendedServices
{
    private const string Storage = "AzureWebJobsStorage";

    // Each of them names the storage account of the Functions host.
    private static readonly string[] Settings = [Storage, $"{Storage}:queueServiceUri", $"{Storage}:accountName"];

    /// <summary>Adds the queue if the settings name a storage account. Without one, start requests for unattended
    /// discussions are refused.</summary>
    public static void AddUnattendedDiscussions(this IServiceCollection services, IConfiguration configuration)
    {
        if (Settings.Any(setting => configuration[setting] is { Length: > 0 })) AddQueue(services, configuration);
    }

    // A separate method, so that the assemblies of Azure Storage are not loaded when there is no storage.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddQueue(IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton<ITurnMessages>(
            new StorageTurnMessages(StorageTurnMessages.QueueOf(name => configuration[name])));
}
