using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds out which client a request comes from, for <see cref="HubOptions.MaxSubscribersPerClient"/>.
/// </summary>
internal static class ClientAddressRequest
{
    private const string Header = "X-Forwarded-For";
    private const string Unknown = "unknown";
    private const int NetworkBytes = 8;

    /// <summary>The client's address; of IPv6 its network of 64 bits, from which a client can choose any address.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="trustedProxies">How many proxies in front of this app append to <c>X-Forwarded-For</c> the address
    /// that they got the request from. The header's entries are counted from its end: those before the last
    /// <paramref name="trustedProxies"/> were written by the client, or by proxies that nobody vouches for. 0: the
    /// header does not count.</param>
    /// <returns>The address of the connection's other end if the header has fewer entries than there are trusted
    /// proxies, or if the entry is not an address: then the request did not come by these proxies.</returns>
    public static string Of(HttpRequest request, int trustedProxies)
    {
        ArgumentNullException.ThrowIfNull(request);
        var address = trustedProxies > 0 && Forwarded(request, trustedProxies) is { } forwarded
            ? forwarded
            : request.HttpContext.Connection.RemoteIpAddress;
        return address is null ? Unknown : NetworkOf(address);
    }

    private static IPAddress? Forwarded(HttpRequest request, int trustedProxies)
    {
        // Several headers are one list (RFC 9110, section 5.3).
        var entries = request.Headers[Header].ToString().Split(',', StringSplitOptions.TrimEntries);
        if (entries.Length < trustedProxies) return null;
        // Some proxies add a port.
        return IPEndPoint.TryParse(entries[^trustedProxies], out var client) ? client.Address : null;
    }

    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4().ToString();
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6) bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes).ToString();
    }
}
