using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>What holds for a server that an identity opens, where the connection string says nothing else. The client
/// asks anew for each connection that it makes, so that each gets the newest token.</summary>
internal sealed class RedisDefaults(Func<RedisToken?> token) : AzureManagedRedisOptionsProvider
{
    /// <inheritdoc/>
    public override string? User => token()?.ObjectId;

    /// <inheritdoc/>
    public override string? Password => token()?.Text;

    /// <inheritdoc/>
    public override bool GetDefaultSsl(EndPointCollection endPoints) => true;
}
