namespace SseFunctions.Hub.Redis.Connection;

/// <summary>What the names of all keys and channels of one app begin with.</summary>
internal sealed class RedisKeyPrefix(string prefix)
{
    /// <summary>The full name of a key or channel. The prefix is a hash tag, in braces, so that all keys of one app lie
    /// in the same slot of a cluster: a script may only use keys of one slot.</summary>
    public string Of(string name) => $"{{{prefix}}}:{name}";
}
