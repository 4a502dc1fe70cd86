namespace SseFunctions.Hub.Redis.Log;

/// <summary>How the mirror relates to the shared log in Redis. <see cref="RedisMirror"/> logs a failed read if it
/// changes the state, and always if the failure is not a <see cref="HubUnavailableException"/>.</summary>
internal enum MirrorState
{
    /// <summary>No read has ended yet; the mirror is empty. Next: <see cref="Current"/> or <see cref="StartFailed"/>.
    /// </summary>
    Starting,

    /// <summary>All reads have failed; the mirror is empty. Next: <see cref="Current"/>.</summary>
    StartFailed,

    /// <summary>The last read succeeded: the mirror has all entries up to that read. Next: <see cref="CutOff"/>.
    /// </summary>
    Current,

    /// <summary>The last read failed: the mirror may lack newer entries. Next: <see cref="Current"/>.</summary>
    CutOff,
}
