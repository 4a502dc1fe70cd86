using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Running;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Opens the logs of discussions for requests.</summary>
internal static class DiscussionLogs
{
    /// <summary>Opens the log of the discussion with this id.</summary>
    /// <exception cref="BadRequestException">There is none: 404.</exception>
    public static async Task<TopicLog> FindAsync(
        this ITopicLogs logs, string id, CancellationToken cancellationToken) =>
        DiscussionId.IsValid(id) && await logs.OpenAsync(DiscussionLog.TopicOf(id), cancellationToken) is { } log
            ? log
            : throw new BadRequestException(
                StatusCodes.Status404NotFound, "There is no discussion with this id, or it is no longer kept.");
}
