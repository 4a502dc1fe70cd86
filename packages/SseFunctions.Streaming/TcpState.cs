using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>The Linux kernel's state of a TCP connection (struct tcp_info of linux/tcp.h).</summary>
/// <param name="AcknowledgedBytes">The number of bytes that the other end has acknowledged. Its kernel acknowledges
/// bytes when it receives them, and accepts none while its buffer is full: then this number does not change.</param>
/// <param name="Silence">The time since the last acknowledgment arrived.</param>
/// <param name="IsUnanswered">Whether the kernel has retransmitted because no acknowledgment came. False for a client
/// that reads nothing: its kernel still acknowledges.</param>
internal readonly record struct TcpState(ulong AcknowledgedBytes, TimeSpan Silence, bool IsUnanswered)
{
    // IPPROTO_TCP and TCP_INFO.
    private const int TcpLevel = 6;
    private const int InfoOption = 11;

    // Offsets in struct tcp_info. Kernels add new fields at the end: an old kernel writes fewer bytes than asked for, a
    // new kernel truncates.
    private const int RetransmitsOffset = 2;
    private const int ProbesOffset = 3;
    private const int LastAckReceivedOffset = 56;
    private const int BytesAcknowledgedOffset = 120;
    private const int ReadBytes = BytesAcknowledgedOffset + sizeof(ulong);

    /// <summary>Gets the socket of the request's connection, if its state can be read and concerns only this request.
    /// Null on systems other than Linux, on servers without TCP sockets, and with HTTP/2 and HTTP/3, whose requests
    /// share one connection.</summary>
    public static Socket? SocketOf(HttpContext context)
    {
        var protocol = context.Request.Protocol;
        var isAlone = HttpProtocol.IsHttp11(protocol) || HttpProtocol.IsHttp10(protocol);
        if (!OperatingSystem.IsLinux() || !isAlone) return null;
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        return socket?.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 ? socket : null;
    }

    /// <summary>Reads the state. Null if it cannot be read: the socket is closed, or the kernel refuses.</summary>
    public static TcpState? Read(Socket socket)
    {
        Span<byte> info = stackalloc byte[ReadBytes];
        try
        {
            if (socket.GetRawSocketOption(TcpLevel, InfoOption, info) < ReadBytes) return null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
        var silence = BinaryPrimitives.ReadUInt32LittleEndian(info[LastAckReceivedOffset..]);
        return new TcpState(
            BinaryPrimitives.ReadUInt64LittleEndian(info[BytesAcknowledgedOffset..]),
            TimeSpan.FromMilliseconds(silence),
            // One unanswered window probe is normal: it may be on its way. Its answer resets the number to 0.
            info[RetransmitsOffset] > 0 || info[ProbesOffset] > 1);
    }
}
