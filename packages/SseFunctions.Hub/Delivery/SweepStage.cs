namespace SseFunctions.Hub.Delivery;

/// <summary>Where a group is on its way from one sweep to the next.</summary>
internal enum SweepStage
{
    /// <summary>The group has no pending entries.</summary>
    Quiet,

    /// <summary>The group has pending entries, and its last sweep began less than <see cref="HubOptions.Gather"/> ago.
    /// </summary>
    Gathering,

    /// <summary>The group waits for a thread that sweeps it.</summary>
    Ready,

    /// <summary>The group's members are being woken.</summary>
    Sweeping,
}
