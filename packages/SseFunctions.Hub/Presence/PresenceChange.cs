namespace SseFunctions.Hub.Presence;

/// <summary>A change of a subscriber that other instances do not know yet.</summary>
/// <param name="Shared">The subscriber.</param>
/// <param name="HasCome">True if the subscriber has come, false if it has gone.</param>
/// <param name="MayBeTold">Whether its coming may have been announced before.</param>
internal readonly record struct PresenceChange(SharedSubscriber Shared, bool HasCome, bool MayBeTold)
{
    /// <summary>Whether the change must be announced. The end of a subscriber that was never announced is
    /// not.</summary>
    public bool IsTold => HasCome || MayBeTold;

    /// <summary>The subscriptions of the subscriber, one document for each.</summary>
    public IEnumerable<SubscriptionDocument> Documents => Shared.Subscriber.Documents(HasCome);

    /// <summary>The value that the registry must have before the change is announced; null to remove it. The value of a
    /// subscriber that has gone stays until its end is announced: if this instance dies before, another instance finds
    /// the value and announces the end.</summary>
    public KeyValuePair<string, string?> Value => KeyValuePair.Create(
        Shared.Subscriber.Id, IsTold ? StoredSubscriber.Write(Shared.Subscriber, hasEnded: !HasCome) : null);
}
