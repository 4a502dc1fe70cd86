using System.Net;
using System.Net.Sockets;

namespace SseFunctions.Benchmarks.Server;

/// <summary>Ports for servers that are killed and started again at the same address.</summary>
internal static class Ports
{
    // Below the range from which the system takes ports for clients, so that no client connection takes the port of a
    // server that is down.
    private const int First = 20_000;
    private const int Last = 30_000;

    /// <summary>Finds a port that is free.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Try the next port.
            }
        }
    }
}
