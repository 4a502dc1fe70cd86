using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Streaming.Configuration;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis;

/// <summary>The settings of the Redis server that all instances of the app share. Section <c>Redis</c>.</summary>
public sealed class RedisOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Redis";

    /// <summary><see cref="Credential"/>: the app's managed identity in Azure.</summary>
    internal const string ManagedIdentity = "managedidentity";

    /// <summary><see cref="Credential"/>: the first identity that this machine has, such as a developer's login.
    /// </summary>
    internal const string AnyIdentity = "default";

    /// <summary>The server, in the format of StackExchange.Redis: <c>host:port,password=...,ssl=true</c>. Redis 6.2 or
    /// later. Required where the app calls <c>AddRedis</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The Microsoft Entra ID identity that signs in to the server in place of a password:
    /// <c>managedidentity</c> for the app's managed identity in Azure, or <c>default</c> for the first identity that
    /// this machine has (<c>az login</c>). The connection then always uses TLS. Default: none. Connections of Azure
    /// Functions use the same setting name and values.</summary>
    public string Credential { get; set; } = "";

    /// <summary>The client id of the user-assigned identity to use. Default: none, which uses the system-assigned
    /// identity.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The prefix of the names of all keys. Apps that share a server need different prefixes. Default
    /// <c>sse</c>.</summary>
    public string KeyPrefix { get; set; } = "sse";

    internal bool IsSet => ConnectionString.Length > 0;

    /// <summary>Whether an identity signs in to the server.</summary>
    internal bool HasIdentity => Credential.Length > 0;

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        if (KeyPrefix.Length == 0 || !KeyPrefix.All(IsPlain))
            yield return $"{Section}:{nameof(KeyPrefix)} is '{KeyPrefix}': use letters, digits, '-', '_', '.' and ':'.";
        if (HasIdentity && !IsCredential(ManagedIdentity) && !IsCredential(AnyIdentity))
        {
            yield return $"{Section}:{nameof(Credential)} is '{Credential}': set it to '{ManagedIdentity}', or to "
                + $"'{AnyIdentity}' for the first identity that this machine has.";
        }
        if (ClientId.Length > 0 && !HasIdentity)
        {
            yield return $"{Section}:{nameof(ClientId)} is set without {Section}:{nameof(Credential)}: also set "
                + $"{Section}:{nameof(Credential)} to '{ManagedIdentity}'.";
        }
        if (!IsSet && !HasIdentity)
        {
            yield return $"{Section}:{nameof(ConnectionString)} is not set: set it to the server's "
                + "host:port,password=...,ssl=true, or do not call AddRedis.";
        }
        if (HasIdentity && !IsSet)
        {
            yield return $"{Section}:{nameof(Credential)} is set without {Section}:{nameof(ConnectionString)}: also "
                + $"set {Section}:{nameof(ConnectionString)} to the server's host:port.";
        }
        if (!IsSet) yield break;
        if (!TryParse(out var configuration))
        {
            // The message does not repeat the connection string, which may contain a password.
            yield return $"{Section}:{nameof(ConnectionString)} cannot be read: write it as "
                + "host:port,password=...,ssl=true.";
        }
        else if (HasIdentity)
        {
            configuration.Defaults = new RedisIdentityDefaults(() => null);
            if (!string.IsNullOrEmpty(configuration.User) || !string.IsNullOrEmpty(configuration.Password))
            {
                yield return $"{Section}:{nameof(ConnectionString)} has a user or a password, and "
                    + $"{Section}:{nameof(Credential)} is set, which replaces them: remove one or the other.";
            }
            if (!configuration.Ssl)
            {
                yield return $"{Section}:{nameof(ConnectionString)} has ssl=false, but the tokens of "
                    + $"{Section}:{nameof(Credential)} must be encrypted on the network: remove ssl=false.";
            }
        }
    }

    /// <summary>Whether <see cref="Credential"/> has this value, in upper or lower case.</summary>
    internal bool IsCredential(string name) => string.Equals(Credential, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses <see cref="ConnectionString"/>.</summary>
    /// <returns>False if it is malformed or names no server.</returns>
    internal bool TryParse(out ConfigurationOptions configuration)
    {
        configuration = new ConfigurationOptions();
        try
        {
            configuration = ConfigurationOptions.Parse(ConnectionString);
            return configuration.EndPoints.Count > 0;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return false;
        }
    }

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':';
}
