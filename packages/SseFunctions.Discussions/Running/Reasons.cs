namespace SseFunctions.Discussions.Running;

/// <summary>Why a discussion has paused or ended, or why a turn was begun again: see also
/// <see cref="ParticipantException"/>.</summary>
internal static class Reasons
{
    /// <summary>The discussion has paused, because its last viewer has left.</summary>
    public const string NobodyWatching = "nobody_watching";

    /// <summary>All turns are spoken.</summary>
    public const string Turns = "turns";

    /// <summary>The discussion has taken all its tokens.</summary>
    public const string Tokens = "tokens";

    /// <summary>The discussion has spoken for as long as it may.</summary>
    public const string Time = "time";

    /// <summary>The app has taken all its tokens of this day.</summary>
    public const string Budget = "budget";

    /// <summary>The moderator has ended the discussion.</summary>
    public const string Moderator = "moderator";

    /// <summary>Somebody has ended the discussion.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The instance that spoke was lost.</summary>
    public const string InstanceLost = "instance_lost";
}
