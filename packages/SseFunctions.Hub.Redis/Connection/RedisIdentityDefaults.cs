using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The Redis client's default settings for a server that an identity signs in to; the connection string
/// overrides them. The client reads the user and the password again for each connection that it opens, so each
/// connection uses the newest token.</summary>
/// <param name="currentToken">Gets the newest token; null before the first.</param>
internal sealed class RedisIdentityDefaults(Func<RedisToken?> currentToken) : AzureManagedRedisOptionsProvider
{
    /// <inheritdoc/>
    public override string? User => currentToken()?.ObjectId;

    /// <inheritdoc/>
    public override string? Password => currentToken()?.Text;

    /// <inheritdoc/>
    public override bool GetDefaultSsl(EndPointCollection endPoints) => true;
}
