using System.Net.Sockets;

namespace SseFunctions.Streaming;

/// <summary>A write that waits for the client, and how long the client has taken nothing since. The clock calls
/// it.</summary>
/// <param name="socket">The connection's; null where its state cannot be read. Then nothing that the client takes is
/// seen before the whole write is taken.</param>
/// <param name="time">The clock.</param>
internal sealed class BlockedWrite(Socket? socket, TimeProvider time)
{
    private long _tookAt = time.GetTimestamp();
    private ulong _acknowledged;

    /// <summary>Looks how many bytes the client has acknowledged. It costs a system call.</summary>
    /// <param name="state">The connection's state; null if it cannot be read.</param>
    /// <returns>For how long no look has found more bytes acknowledged than the look before.</returns>
    public TimeSpan Look(out TcpState? state)
    {
        state = socket is null ? null : TcpState.Read(socket);
        if (state is { } now && now.AcknowledgedBytes != _acknowledged)
        {
            _acknowledged = now.AcknowledgedBytes;
            _tookAt = time.GetTimestamp();
        }
        return time.GetElapsedTime(_tookAt);
    }
}
