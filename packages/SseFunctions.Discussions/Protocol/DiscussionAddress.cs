using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Running;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Finds the addresses of discussions, as the client of a request sees them.</summary>
internal static class DiscussionAddress
{
    /// <summary>Returns what the app's routes have before <c>/discussions</c>; empty if nothing.</summary>
    public static string Prefix(HttpRequest request)
    {
        var path = (request.PathBase + request.Path).ToUriComponent();
        return path[..Math.Max(0, path.IndexOf(DiscussionLog.Parent, StringComparison.OrdinalIgnoreCase))];
    }
}
