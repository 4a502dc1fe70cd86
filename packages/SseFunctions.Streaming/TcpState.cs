using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>What the Linux kernel knows about the other end of a TCP connection (struct tcp_info of linux/tcp.h).
/// </summary>
/// <param name="AcknowledgedBytes">How many bytes the other end has acknowledged. It acknowledges bytes when they reach
/// its kernel, and its kernel takes no more while its buffer is full: then the number stands still.</param>
/// <param name="Silence">For how long no acknowledgement has arrived.</param>
/// <param name="IsUnanswered">Whether the kernel has sent something again because no answer came. It is false for a
/// client that reads nothing: its kernel still answers.</param>
internal readonly record struct TcpState(ulong AcknowledgedBytes, TimeSpan Silence, bool IsUnanswered)
{
    // IPPROTO_TCP and TCP_INFO.
    private const int TcpLevel = 6;
    private const int InfoOption = 11;

    // Of struct tcp_info. New fields are added at the end: an old kernel writes fewer bytes, a new kernel cuts off.
    private const int RetransmitsOffset = 2;
    private const int ProbesOffset = 3;
    private const int LastAckReceivedOffset = 56;
    private const int BytesAcknowledgedOffset = 120;
    private const int ReadBytes = BytesAcknowledgedOffset + sizeof(ulong);

    /// <summary>The socket of the request's connection, where its state can be read and concerns this request alone.
    /// Null on other systems than Linux, on servers without TCP, and with HTTP/2, whose requests share one connection.
    /// </summary>
    public static Socket? SocketOf(HttpContext context)
    {
        var protocol = context.Request.Protocol;
        var isAlone = HttpProtocol.IsHttp11(protocol) || HttpProtocol.IsHttp10(protocol);
        if (!OperatingSystem.IsLinux() || !isAlone) return null;
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        return socket?.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 ? socket : null;
    }

    /// <summary>The state now; null if it cannot be read: the socket is closed, or the system refuses.</summary>
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
            // One probe of a closed window may be on its way; its answer sets the number to 0.
            info[RetransmitsOffset] > 0 || info[ProbesOffset] > 1);
    }
}
