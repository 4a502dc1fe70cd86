using System.Buffers;
using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds the addresses of the hub and of its metadata, as the client of a request sees them.</summary>
internal static class HubAddressRequest
{
    // The characters of a host name with a port, and of a path after ToUriComponent. None of them ends a quoted string.
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create(
        "!$&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~%");

    /// <summary>Returns the text with which <c>aud</c> of a token of Mercure 1.0 is compared: the setting, or the hub's
    /// address.</summary>
    public static string ResourceId(HttpRequest request, HubOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        return options.ResourceId is { Length: > 0 } set ? set : Root(request) + HubPath.Absolute;
    }

    /// <summary>Returns the same text as <see cref="ResourceId"/> for a request of another route, whose prefix is
    /// known.</summary>
    public static string ResourceIdBelow(string prefix, HttpRequest request, HubOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        return options.ResourceId is { Length: > 0 } set
            ? set
            : RootBelow(prefix, request) + HubPath.Absolute;
    }

    /// <summary>Returns the address of the hub's metadata (RFC 9728); null if the host name in the request is
    /// invalid.</summary>
    /// <param name="request">The request. Its header Host is untrusted, and becomes a part of the address.</param>
    /// <param name="prefix">The path before the address of the hub, for a request of another route; null: the request
    /// is one to the hub.</param>
    public static string? Metadata(HttpRequest request, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var root = prefix is null ? Root(request) : RootBelow(prefix, request);
        var address = $"{root}/{HubPath.MetadataRoute}";
        return address.AsSpan().ContainsAnyExcept(AddressCharacters) ? null : address;
    }

    private static string Root(HttpRequest request) =>
        RootBelow(HubPath.PrefixIn((request.PathBase + request.Path).ToUriComponent()), request);

    // Reads the header, because the property Host of the request throws for some names.
    private static string RootBelow(string prefix, HttpRequest request) =>
        $"{request.Scheme}://{request.Headers.Host}{prefix}";
}
