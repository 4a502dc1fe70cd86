namespace SseFunctions.Discussions.Adapters;

/// <summary>What can change in a transcript.</summary>
internal enum ChangeKind
{
    /// <summary>A turn was begun.</summary>
    TurnBegun,

    /// <summary>A turn was begun again: its words are dropped.</summary>
    TurnRestarted,

    /// <summary>A turn has more words.</summary>
    WordsAdded,

    /// <summary>A turn has ended.</summary>
    TurnEnded,

    /// <summary>A turn could not be spoken: the turn and its words are dropped.</summary>
    TurnDropped,

    /// <summary>The discussion has ended. Nothing follows.</summary>
    DiscussionEnded,
}
