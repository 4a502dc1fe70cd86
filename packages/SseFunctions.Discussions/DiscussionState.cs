namespace SseFunctions.Discussions;

/// <summary>The states of a discussion, as clients see them.</summary>
public static class DiscussionState
{
    /// <summary>Nobody has watched the discussion yet, so nobody has spoken.</summary>
    public const string Waiting = "waiting";

    /// <summary>The participants speak.</summary>
    public const string Running = "running";

    /// <summary>Nobody watches. The discussion goes on with its next viewer.</summary>
    public const string Paused = "paused";

    /// <summary>The discussion has come to its end.</summary>
    public const string Completed = "completed";

    /// <summary>Somebody has ended the discussion.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>A participant could not speak.</summary>
    public const string Failed = "failed";

    /// <summary>Returns whether nothing follows.</summary>
    internal static bool IsFinal(string state) => state is Completed or Cancelled or Failed;
}
