namespace SseFunctions.Hub.Delivery;

/// <summary>Where a group is on its way from one sweep to the next.</summary>
internal enum SweepStage
{
    /// <summary>Nothing is pending for the group.</summary>
    Quiet,

    /// <summary>Updates are pending, and the group's last sweep began less than <see cref="HubOptions.Gather"/> ago.
    /// </summary>
    Gathering,

    /// <summary>The group waits for a thread to sweep it.</summary>
    Ready,

    /// <summary>The group's members are being woken.</summary>
    Sweeping,
}
