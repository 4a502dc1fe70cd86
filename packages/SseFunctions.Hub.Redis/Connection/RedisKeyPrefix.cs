namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The prefix of the names of all keys and channels of one app: see <see cref="RedisOptions.KeyPrefix"/>.
/// </summary>
internal sealed class RedisKeyPrefix(string prefix)
{
    /// <summary>Gets the full name of a key or channel. The prefix is in braces, which makes it a hash tag: all keys of
    /// one app are in the same slot of a cluster, because a script may only use keys of one slot.</summary>
    public string Of(string name) => $"{{{prefix}}}:{name}";
}
