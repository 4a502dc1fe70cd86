using System.Collections.Concurrent;
using System.Security.Authentication;
using Azure.Core;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Signs in to Redis with an identity of Microsoft Entra ID in place of a password, and keeps the connections
/// signed in: Azure closes a connection when the last token that was sent on it expires. Thread-safe.</summary>
internal sealed class RedisIdentity : IAsyncDisposable
{
    private readonly ConcurrentBag<ConnectionMultiplexer> _open = [];
    private readonly RedisTokens _tokens;

    /// <summary>Prepares the identity; it requests no token before <see cref="ReadyAsync"/>.</summary>
    public RedisIdentity(TokenCredential credential, TimeProvider time, ILogger logger) =>
        _tokens = new RedisTokens(credential, AuthenticateAsync, time, logger);

    /// <summary>Creates the identity that the settings name. Null if they name none; then Azure.Identity is not loaded.
    /// </summary>
    public static RedisIdentity? Create(RedisOptions options, TimeProvider time, ILogger logger) =>
        options.HasIdentity ? RedisCredentials.Open(options, time, logger) : null;

    /// <summary>Makes connections that are opened with this configuration use the identity's token.</summary>
    public void Configure(ConfigurationOptions configuration)
    {
        configuration.Defaults = new RedisIdentityDefaults(() => _tokens.Current);
        // The client would listen to this channel on a separate connection, on which no new token can be sent. The
        // channel is not needed: no program publishes there.
        configuration.ConfigurationChannel = "";
    }

    /// <summary>Gets the configuration of a second connection, for pub/sub messages. AUTH can be sent only on a
    /// connection that takes commands, so messages and AUTH share this second connection. Large answers must not use
    /// it: Redis closes a pub/sub connection with 8 MB unread for a minute, or 32 MB at any time.</summary>
    public static ConfigurationOptions ForMessages(ConfigurationOptions configuration)
    {
        var messages = configuration.Clone();
        messages.SharedSubscriptionConnection = true;
        return messages;
    }

    /// <summary>Waits until there is a token. The first call starts the requests for tokens, which continue in the
    /// background.</summary>
    /// <exception cref="HubUnavailableException">The last request failed, or the timeout has passed.</exception>
    public Task ReadyAsync(TimeSpan timeout) => _tokens.ReadyAsync(timeout);

    /// <summary>Adds a client. From now on, each new token is sent on its connections.</summary>
    public void Keep(ConnectionMultiplexer multiplexer) => _open.Add(multiplexer);

    /// <summary>Gets a message that names what to change so that Redis accepts the identity; null if the failure has
    /// another cause.</summary>
    public string? Explain(Exception failure)
    {
        const ConnectionFailureType refused = ConnectionFailureType.AuthenticationFailure;
        var cause = failure;
        while (cause is not (null or RedisConnectionException { FailureType: refused })) cause = cause.InnerException;
        // The client reports an untrusted certificate with the same failure type.
        return cause is null or { InnerException: AuthenticationException }
            ? null
            : $"Redis does not let in the identity whose object id is {_tokens.Current?.ObjectId}: make it a user of "
                + "this Redis (in Azure's portal: Authentication).";
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _tokens.DisposeAsync();

    // Sends a token on each open connection. A connection that is down uses the newest token when it reconnects.
    private async Task AuthenticateAsync(RedisToken token) => await Task.WhenAll(_open
        .SelectMany(multiplexer => multiplexer.GetServers())
        .Where(server => server.IsConnected)
        .Select(server => server.ExecuteAsync("AUTH", token.ObjectId, token.Text)));
}
