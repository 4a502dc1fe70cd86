using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SseFunctions.Tests.Support;

/// <summary>Ports for servers that are killed and started again at the same address.</summary>
internal static class Ports
{
    // Below the range from which systems take ports for clients, so that no client connection takes the port of a
    // server that is down.
    private const int First = 20_000;
    private const int Last = 30_000;

    // The ports that tests have got. A test may not listen on its port yet, or not at the moment.
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>Finds a port that is free and that no other test has got.</summary>
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
                // Try the next port.
            }
        }
    }
}
