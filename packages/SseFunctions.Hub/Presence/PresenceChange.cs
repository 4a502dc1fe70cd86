namespace SseFunctions.Hub.Presence;

/// <summary>What others have to learn of a subscriber.</summary>
/// <param name="Shared">Which one.</param>
/// <param name="HasCome">That it is there, or that it is not any more.</param>
/// <param name="MayBeTold">Whether it may have been told before that it is there.</param>
internal readonly record struct PresenceChange(SharedSubscriber Shared, bool HasCome, bool MayBeTold)
{
    /// <summary>Whether it has to be told: not of one that came and went before anybody knew.</summary>
    public bool IsTold => HasCome || MayBeTold;

    /// <summary>Its subscriptions.</summary>
    public IEnumerable<SubscriptionDocument> Documents => Shared.Subscriber.Documents(HasCome);

    /// <summary>What the registry has to hold before it is told; null: nothing. Of one that goes it is kept until that
    /// has been told, so that if this instance dies in between, others tell it.</summary>
    public KeyValuePair<string, string?> Value => KeyValuePair.Create(
        Shared.Subscriber.Id, IsTold ? StoredSubscriber.Write(Shared.Subscriber, hasEnded: !HasCome) : null);
}
