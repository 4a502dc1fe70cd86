namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber of this instance, and what others may know of it. Guarded by <see cref="PresenceChanges"/>.
/// </summary>
internal sealed class SharedSubscriber
{
    /// <summary>One that just came, of which nobody knows.</summary>
    public SharedSubscriber(ActiveSubscriber subscriber)
    {
        Subscriber = subscriber;
        Node = new LinkedListNode<SharedSubscriber>(this);
    }

    /// <summary>The subscriber.</summary>
    public ActiveSubscriber Subscriber { get; }

    /// <summary>Where it is among those that are due, if it is.</summary>
    public LinkedListNode<SharedSubscriber> Node { get; }

    /// <summary>Whether it still is there.</summary>
    public bool IsHere { get; set; } = true;

    /// <summary>Whether it may lie in the registry: what was tried and failed may have been done all the
    /// same.</summary>
    public bool MayBeHeld { get; set; }

    /// <summary>Whether it may have been told that it came.</summary>
    public bool MayBeTold { get; set; }
}
