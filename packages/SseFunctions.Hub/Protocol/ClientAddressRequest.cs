using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds the address of the client of a request, for <see cref="HubOptions.MaxSubscribersPerClient"/>.
/// </summary>
internal static class ClientAddressRequest
{
    private const string Header = "X-Forwarded-For";
    private const string Unknown = "unknown";
    private const int NetworkBytes = 8;

    /// <summary>Returns the client's IPv4 address, or its IPv6 network of 64 bits: a client can choose any address
    /// within that network.</summary>
    /// <param name="request">The request. Its headers are untrusted.</param>
    /// <param name="trustedProxies">How many proxies in front of this app append to <c>X-Forwarded-For</c> the address
    /// from which they got the request. The header's entries are counted from its end: the client, or proxies that are
    /// not trusted, wrote all entries before the last <paramref name="trustedProxies"/>. 0: the header has no
    /// effect.</param>
    /// <returns>If the header has fewer entries than there are trusted proxies, or if the entry is not an address, the
    /// request did not pass these proxies: the address at the other end of the connection.</returns>
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
        // Several headers of one name are one list (RFC 9110, section 5.3).
        var entries = request.Headers[Header].ToString().Split(',', StringSplitOptions.TrimEntries);
        if (entries.Length < trustedProxies) return null;
        // Some proxies append a port to the address.
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
