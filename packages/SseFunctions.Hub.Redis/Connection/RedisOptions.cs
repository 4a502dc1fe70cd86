using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Streaming.Configuration;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis;

/// <summary>Where the log is that all instances share. Section <c>Redis</c>.</summary>
public sealed class RedisOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Redis";

    /// <summary><see cref="Credential"/>: the app's managed identity in Azure.</summary>
    internal const string ManagedIdentity = "managedidentity";

    /// <summary><see cref="Credential"/>: whatever identity this machine has, a developer's own for one.</summary>
    internal const string AnyIdentity = "default";

    /// <summary>The server, as StackExchange.Redis writes it: <c>host:port,password=...,ssl=true</c>. Redis 6.2 or
    /// later. Default: none, and then the log is in the memory of each instance.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The Microsoft Entra ID identity that opens the server in place of a password: <c>managedidentity</c>,
    /// the app's own in Azure, or <c>default</c>, the first that this machine has (<c>az login</c>). Always over TLS.
    /// Default: none. Name and values are those of the connections of Azure Functions.</summary>
    public string Credential { get; set; } = "";

    /// <summary>Which one, if the app has been assigned several identities: the client id. Default: none, the one that
    /// the system has assigned.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>What the keys of the log begin with, so that several apps can share a server. Default <c>sse</c>.
    /// </summary>
    public string KeyPrefix { get; set; } = "sse";

    /// <summary>Whether the log is in Redis.</summary>
    internal bool IsSet => ConnectionString.Length > 0;

    /// <summary>Whether an identity opens it.</summary>
    internal bool HasIdentity => Credential.Length > 0;

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        if (KeyPrefix.Length == 0 || !KeyPrefix.All(IsPlain))
            yield return $"{Section}:{nameof(KeyPrefix)} is '{KeyPrefix}': use letters, digits, '-', '_', '.' and ':'.";
        if (HasIdentity && !IsCredential(ManagedIdentity) && !IsCredential(AnyIdentity))
        {
            yield return $"{Section}:{nameof(Credential)} is '{Credential}': set it to '{ManagedIdentity}', or to "
                + $"'{AnyIdentity}' for whatever identity this machine has.";
        }
        if (ClientId.Length > 0 && !HasIdentity)
        {
            yield return $"{Section}:{nameof(ClientId)} is set without {Section}:{nameof(Credential)}: set that to "
                + $"'{ManagedIdentity}' too.";
        }
        if (!IsSet && !HasIdentity)
        {
            yield return $"{Section}:{nameof(ConnectionString)} is not set: set it to the server's "
                + "host:port,password=...,ssl=true, or do not call AddRedis.";
        }
        if (HasIdentity && !IsSet)
        {
            yield return $"{Section}:{nameof(Credential)} is set without {Section}:{nameof(ConnectionString)}: set "
                + "that to the server's host:port too.";
        }
        if (!IsSet) yield break;
        if (!TryParse(out var configuration))
        {
            // Not shown: it may hold a password.
            yield return $"{Section}:{nameof(ConnectionString)} cannot be read: write it as "
                + "host:port,password=...,ssl=true.";
        }
        else if (HasIdentity)
        {
            configuration.Defaults = new RedisDefaults(() => null);
            if (!string.IsNullOrEmpty(configuration.User) || !string.IsNullOrEmpty(configuration.Password))
            {
                yield return $"{Section}:{nameof(ConnectionString)} has a user or a password, and "
                    + $"{Section}:{nameof(Credential)} is set, which takes their place: leave out one or the other.";
            }
            if (!configuration.Ssl)
            {
                yield return $"{Section}:{nameof(ConnectionString)} has ssl=false, but the tokens of "
                    + $"{Section}:{nameof(Credential)} must not be readable on the way: leave it out.";
            }
        }
    }

    /// <summary>Whether <see cref="Credential"/> is this one.</summary>
    internal bool IsCredential(string name) => string.Equals(Credential, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the connection string.</summary>
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
