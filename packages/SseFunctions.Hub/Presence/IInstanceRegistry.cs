namespace SseFunctions.Hub.Presence;

/// <summary>The list of an app's instances, each with named values that all instances can read. An instance must renew
/// its registration. If it does not, it counts as dead: its values are no longer listed, and another instance removes
/// them. Thread-safe.</summary>
/// <remarks>Each method throws <see cref="HubUnavailableException"/> if the registry cannot be reached or refuses the
/// command. In that case the registry may have made the change nevertheless.</remarks>
internal interface IInstanceRegistry
{
    /// <summary>Registers this instance.</summary>
    /// <returns>The values of an earlier registration, by name, which stay. Null while another instance removes them:
    /// try again later.</returns>
    Task<IReadOnlyList<KeyValuePair<string, string>>?> JoinAsync(CancellationToken cancellationToken);

    /// <summary>Renews the registration of this instance, and changes its values.</summary>
    /// <param name="changes">The new value of each name, which must not be empty; null removes the name.</param>
    /// <param name="cancellationToken">Cancels the wait. The registration may be renewed all the same.</param>
    /// <returns>The number of values that the instance has now; null if the instance is no longer registered, or if the
    /// registry has lost an earlier change. Then nothing was changed, and the instance must register again.</returns>
    Task<long?> RenewAsync(
        IReadOnlyCollection<KeyValuePair<string, string?>> changes, CancellationToken cancellationToken);

    /// <summary>Ends the registration of this instance, if it has no values.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Gets the values of all living instances, by name.</summary>
    /// <exception cref="HubUnavailableException">The registry cannot be reached, or this instance is not registered. In
    /// the second case other instances may not be registered either, and the list would be incomplete.</exception>
    Task<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Claims a dead instance, to remove its values. No other instance can claim it for
    /// <see cref="RegistryTimes.DeadAfter"/>.</summary>
    /// <returns>The dead instance; null if no instance is dead and unclaimed.</returns>
    Task<DeadInstance?> ClaimAsync(CancellationToken cancellationToken);

    /// <summary>Removes values of a claimed instance. With the last value, its registration is removed too.</summary>
    /// <returns>Whether values are left and this instance still holds the claim.</returns>
    Task<bool> RemoveAsync(
        DeadInstance dead, IReadOnlyCollection<string> names, CancellationToken cancellationToken);
}
