namespace SseFunctions.Hub.Presence;

/// <summary>How instances tell that they live.</summary>
/// <param name="RenewEvery">How often each says so.</param>
/// <param name="DeadAfter">For how long one has not said so that counts as dead; also, how long a claim to clear up
/// after it holds. Some times longer, so that a few lost renewals mean nothing.</param>
internal sealed record RegistryTimes(TimeSpan RenewEvery, TimeSpan DeadAfter)
{
    /// <summary>Every 10 s, dead after 30 s.</summary>
    public static RegistryTimes Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
}
