using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SseFunctions.Tests.Support;

/// <summary>Ports for servers that are killed and started again at the same address.</summary>
internal static class Ports
{
    // Below those that systems give to clients: while a server is down, none of the many connections that are made takes
    // its port away.
    private const int First = 20_000;
    private const int Last = 30_000;

    // Whoever got one does not listen on it yet, or not just now.
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>One that nobody listens on, and that no other test has got.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (Given.TryAdd(port, true)) return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }
}
