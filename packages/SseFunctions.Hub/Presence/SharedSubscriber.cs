namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber of this instance, and what other instances may know about it. Guarded by the lock of
/// <see cref="PresenceChanges"/>.</summary>
internal sealed class SharedSubscriber
{
    /// <summary>Makes a subscriber that no other instance knows yet.</summary>
    public SharedSubscriber(ActiveSubscriber subscriber)
    {
        Subscriber = subscriber;
        Node = new LinkedListNode<SharedSubscriber>(this);
    }

    /// <summary>The subscriber.</summary>
    public ActiveSubscriber Subscriber { get; }

    /// <summary>Its node in the list of changes that are due; in no list if it has none.</summary>
    public LinkedListNode<SharedSubscriber> Node { get; }

    /// <summary>Whether the subscriber is still connected.</summary>
    public bool IsHere { get; set; } = true;

    /// <summary>Whether the registry may have its value. A write that failed may have been executed nevertheless.
    /// </summary>
    public bool MayBeHeld { get; set; }

    /// <summary>Whether its coming may have been announced.</summary>
    public bool MayBeTold { get; set; }
}
