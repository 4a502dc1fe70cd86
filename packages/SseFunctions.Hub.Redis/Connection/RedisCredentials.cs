using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Creates the credential that the settings name. A separate type, so that Azure.Identity is loaded only where
/// a credential is set.</summary>
internal static class RedisCredentials
{
    /// <summary>Creates the identity that <see cref="RedisOptions.Credential"/> and <see cref="RedisOptions.ClientId"/>
    /// name.</summary>
    public static RedisIdentity Open(RedisOptions options, TimeProvider time, ILogger logger) =>
        new(Create(options), time, logger);

    private static TokenCredential Create(RedisOptions options)
    {
        var clientId = options.ClientId.Length == 0 ? null : options.ClientId;
        if (options.IsCredential(RedisOptions.AnyIdentity))
            return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        return new ManagedIdentityCredential(clientId is null
            ? ManagedIdentityId.SystemAssigned
            : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }
}
