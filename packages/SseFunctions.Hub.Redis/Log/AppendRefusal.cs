namespace SseFunctions.Hub.Redis.Log;

/// <summary>Why the script has appended nothing. The names are those of <c>append.lua</c>.</summary>
internal enum AppendRefusal
{
    /// <summary>The script ran after the publishers were told that the append failed.</summary>
    Late,

    /// <summary>Redis has lost entries that this instance has seen.</summary>
    Loss,

    /// <summary>The server has just begun to append, after a restart or a failover. It waits, so that each instance can
    /// restore entries that the server lacks.</summary>
    Closed,
}
