namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber that has come or gone, which other instances do not know yet.</summary>
/// <param name="Shared">The subscriber, as the instances share it.</param>
/// <param name="HasCome">True if the subscriber has come, false if it has gone.</param>
/// <param name="MayBeAnnounced">Whether its coming may have been announced before.</param>
internal readonly record struct PresenceChange(SharedSubscriber Shared, bool HasCome, bool MayBeAnnounced)
{
    /// <summary>Whether the change must be announced. If the coming of a subscriber was never announced, its end is not
    /// announced.</summary>
    public bool MustBeAnnounced => HasCome || MayBeAnnounced;

    /// <summary>Gets one document for each subscription of the subscriber.</summary>
    public IEnumerable<SubscriptionDocument> Documents => Shared.Subscriber.Documents(HasCome);

    /// <summary>The name and the value that the registry must have before the change is announced; the value is null to
    /// remove it. The value of a subscriber that has gone stays until its end is announced: if this instance dies
    /// before, another instance finds the value and announces the end.</summary>
    public KeyValuePair<string, string?> Value => KeyValuePair.Create(
        Shared.Subscriber.Id, MustBeAnnounced ? StoredSubscriber.Write(Shared.Subscriber, hasEnded: !HasCome) : null);
}
