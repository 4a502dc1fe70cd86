namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber of this instance, and what other instances may know about it. The lock of
/// <see cref="PresenceChanges"/> guards it.</summary>
internal sealed class SharedSubscriber
{
    /// <summary>Creates a subscriber that no other instance knows yet.</summary>
    public SharedSubscriber(ActiveSubscriber subscriber)
    {
        Subscriber = subscriber;
        Node = new LinkedListNode<SharedSubscriber>(this);
    }

    public ActiveSubscriber Subscriber { get; }

    /// <summary>The subscriber's node in the list of due changes. The node is in no list if no change is due.</summary>
    public LinkedListNode<SharedSubscriber> Node { get; }

    /// <summary>Whether the subscriber is still connected.</summary>
    public bool IsHere { get; set; } = true;

    /// <summary>Whether the registry may have the subscriber's value. A write that failed may have been executed
    /// nevertheless.</summary>
    public bool MayBeHeld { get; set; }

    /// <summary>Whether the coming of the subscriber may have been announced, and its end has not been.</summary>
    public bool MayBeAnnounced { get; set; }
}
