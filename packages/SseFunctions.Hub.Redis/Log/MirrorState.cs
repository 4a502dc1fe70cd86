namespace SseFunctions.Hub.Redis.Log;

/// <summary>How this process's copy of the log relates to the log in Redis. A read that fails is logged when the state
/// changes because of it.</summary>
internal enum MirrorState
{
    /// <summary>No read has ended yet; the copy is empty. Next: <see cref="Current"/> or <see cref="StartFailed"/>.
    /// </summary>
    Starting,

    /// <summary>Every read so far has failed; the copy is empty. Next: <see cref="Current"/>.</summary>
    StartFailed,

    /// <summary>The last read succeeded: the copy has everything up to that read. Next: <see cref="CutOff"/>.</summary>
    Current,

    /// <summary>The last read failed: the copy lacks what was appended since. Next: <see cref="Current"/>.</summary>
    CutOff,
}
