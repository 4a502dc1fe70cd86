using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Running;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Finds the addresses of discussions, as the client of a request sees them.</summary>
internal static class DiscussionAddress
{
    /// <summary>Returns the path of a discussion, below the prefix of the app's routes.</summary>
    /// <param name="request">A request to start a discussion: its path ends with <c>/discussions</c>, or with that and
    /// the id that the client wants.</param>
    /// <param name="id">The id of the discussion: the last segment of the returned path.</param>
    /// <param name="hasId">Whether the path ends with the id.</param>
    public static string Of(HttpRequest request, string id, bool hasId)
    {
        // Counted from the end, because the prefix and the id may contain the word "discussions" too.
        var path = (request.PathBase + request.Path).ToUriComponent().TrimEnd('/');
        if (hasId) path = path[..Math.Max(0, path.LastIndexOf('/'))];
        return $"{path[..Math.Max(0, path.LastIndexOf('/'))]}{DiscussionLog.TopicOf(id)}";
    }
}
