namespace SseFunctions.Discussions.Running;

/// <summary>Why an instance does not speak a discussion any more, or not yet.</summary>
internal enum SpeakResult
{
    /// <summary>The discussion has ended.</summary>
    Ended,

    /// <summary>Another instance speaks it.</summary>
    OtherSpeaks,

    /// <summary>This instance has spoken it, and has lost the lease.</summary>
    LeaseLost,

    /// <summary>Too many discussions speak already.</summary>
    NoPlace,

    /// <summary>No further turn was wanted. The lease is free.</summary>
    NotWanted,
}
