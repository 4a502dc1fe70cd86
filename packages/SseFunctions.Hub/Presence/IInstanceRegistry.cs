namespace SseFunctions.Hub.Presence;

/// <summary>What the instances of an app hold for one another to see: each has values by name, which all can list for
/// as long as it says that it lives. Whoever dies leaves his to be cleared up by one of the others.
/// Thread-safe.</summary>
/// <remarks>Each method throws <see cref="HubUnavailableException"/> if the registry cannot be reached, or refuses;
/// what was asked for may then have been done or not.</remarks>
internal interface IInstanceRegistry
{
    /// <summary>Registers this instance anew. It holds nothing then.</summary>
    /// <returns>False while another is clearing up after it: it has to come again.</returns>
    Task<bool> JoinAsync(CancellationToken cancellationToken);

    /// <summary>Says that this instance lives, and changes what it holds.</summary>
    /// <param name="changes">By name the value, which is not empty, or null to hold none any more.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many values it holds; null, and nothing is changed, if it is not registered any more.</returns>
    Task<long?> RenewAsync(
        IReadOnlyCollection<KeyValuePair<string, string?>> changes, CancellationToken cancellationToken);

    /// <summary>Ends the registration of this instance, if it holds nothing.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>The values of all who live, by name.</summary>
    /// <exception cref="HubUnavailableException">It cannot be reached, or this instance is not registered: then others
    /// may not be either, and the list would lack what is there.</exception>
    Task<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Looks for an instance that died, to clear up after it. Nobody else gets it for a while.</summary>
    /// <returns>Null if there is none.</returns>
    Task<DeadInstance?> ClaimAsync(CancellationToken cancellationToken);

    /// <summary>Removes values of an instance that was claimed; with the last, its registration.</summary>
    /// <returns>Whether it still is to be cleared up by this one; false once nothing is left of it, too.</returns>
    Task<bool> RemoveAsync(
        DeadInstance dead, IReadOnlyCollection<string> names, CancellationToken cancellationToken);
}
