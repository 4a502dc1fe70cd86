using System.Collections.Concurrent;
using System.Security.Authentication;
using Azure.Core;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Opens Redis with an identity in Microsoft Entra ID in place of a password, and keeps it open: Azure's Redis
/// ends a connection when the token lapses that was said on it last. Thread-safe.</summary>
internal sealed class RedisIdentity : IAsyncDisposable
{
    private readonly ConcurrentBag<ConnectionMultiplexer> _open = [];
    private readonly RedisTokens _tokens;

    /// <summary>Makes it; no token is asked for before somebody connects.</summary>
    public RedisIdentity(TokenCredential credential, TimeProvider time, ILogger logger) =>
        _tokens = new RedisTokens(credential, SendTokenAsync, time, logger);

    /// <summary>The identity that settings name. Null if they name none; then nothing of Azure's is loaded.</summary>
    public static RedisIdentity? Of(RedisOptions options, TimeProvider time, ILogger logger) =>
        options.HasIdentity ? RedisCredentials.Open(options, time, logger) : null;

    /// <summary>Lets it open connections that are still to come.</summary>
    public void Configure(ConfigurationOptions configuration)
    {
        configuration.Defaults = new RedisDefaults(() => _tokens.Current);
        // Nobody publishes there, and it would take a connection of its own on which nothing can be said.
        configuration.ConfigurationChannel = "";
    }

    /// <summary>The same server, for messages. A new token can be said only where commands are, so they share a
    /// connection. It is no place for large answers: Redis ends a subscriber that leaves 8 MB unread for a minute, or
    /// 32 MB at all.</summary>
    public static ConfigurationOptions ForMessages(ConfigurationOptions configuration)
    {
        var messages = configuration.Clone();
        messages.SharedSubscriptionConnection = true;
        return messages;
    }

    /// <summary>Waits until there is a token.</summary>
    /// <exception cref="LogUnavailableException">There is none. It is tried again, whether somebody waits or not.
    /// </exception>
    public Task ReadyAsync(TimeSpan timeout) => _tokens.ReadyAsync(timeout);

    /// <summary>Says each new token on these connections.</summary>
    public void Keep(ConnectionMultiplexer multiplexer) => _open.Add(multiplexer);

    /// <summary>What to change so that Redis lets it in; null if that is not why a question failed.</summary>
    public string? Explain(Exception failure)
    {
        const ConnectionFailureType refused = ConnectionFailureType.AuthenticationFailure;
        var cause = failure;
        while (cause is not (null or RedisConnectionException { FailureType: refused })) cause = cause.InnerException;
        // To the client, a certificate that it does not trust is the same.
        return cause is null or { InnerException: AuthenticationException }
            ? null
            : $"Redis does not let in the identity whose object id is {_tokens.Current?.ObjectId}: make it a user of "
                + "this Redis (in Azure's portal: Authentication).";
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _tokens.DisposeAsync();

    // One that is not connected just now will come back with the newest.
    private async Task SendTokenAsync(RedisToken token) => await Task.WhenAll(_open
        .SelectMany(multiplexer => multiplexer.GetServers())
        .Where(server => server.IsConnected)
        .Select(server => server.ExecuteAsync("AUTH", token.ObjectId, token.Text)));
}
