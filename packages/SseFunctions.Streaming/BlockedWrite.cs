using System.Net.Sockets;

namespace SseFunctions.Streaming;

/// <summary>A flush that waits for the client. Measures how long the client has taken nothing. Only the timer calls
/// <see cref="Look"/>.</summary>
/// <param name="socket">The socket of the connection; null where its state cannot be read. Then a client that takes a
/// part of the flush looks like a client that takes nothing.</param>
/// <param name="time">The clock that measures the wait.</param>
internal sealed class BlockedWrite(Socket? socket, TimeProvider time)
{
    private long _tookAt = time.GetTimestamp();
    private ulong _acknowledged;

    /// <summary>Reads from the kernel how many bytes the client has acknowledged. A system call.</summary>
    /// <param name="state">The connection's state; null if it cannot be read.</param>
    /// <returns>The time since a look last found that more bytes were acknowledged; before that, the time since the
    /// flush blocked.</returns>
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
