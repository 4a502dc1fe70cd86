using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Who gives out tokens, by the settings. Apart, so that nothing of Azure's is loaded where none are needed.
/// </summary>
internal static class RedisCredentials
{
    /// <summary>The identity that <see cref="RedisOptions.Credential"/> and <see cref="RedisOptions.ClientId"/> name.
    /// </summary>
    public static RedisIdentity Open(RedisOptions options, TimeProvider time, ILogger logger) =>
        new(Make(options), time, logger);

    private static TokenCredential Make(RedisOptions options)
    {
        var clientId = options.ClientId.Length == 0 ? null : options.ClientId;
        if (options.IsCredential(RedisOptions.AnyIdentity))
            return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        return new ManagedIdentityCredential(clientId is null
            ? ManagedIdentityId.SystemAssigned
            : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }
}
