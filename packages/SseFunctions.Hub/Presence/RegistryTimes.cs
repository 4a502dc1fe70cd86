namespace SseFunctions.Hub.Presence;

/// <summary>How often instances renew their registration, and when they count as dead.</summary>
/// <param name="RenewEvery">The time between two renewals.</param>
/// <param name="DeadAfter">An instance that has not renewed its registration for this time counts as dead. A claim of a
/// dead instance expires after the same time. Several times <paramref name="RenewEvery"/>, so that a few lost renewals
/// do no harm.</param>
internal sealed record RegistryTimes(TimeSpan RenewEvery, TimeSpan DeadAfter)
{
    /// <summary>Gets the default: renewed every 10 s, dead after 30 s.</summary>
    public static RegistryTimes Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
}
