namespace SseFunctions.Hub.Tokens;

/// <summary>One entry of the claim <c>authorization_details</c> (RFC 9396) that is meant for hubs.</summary>
/// <param name="Publish">Whether the entry allows publishing to its topics.</param>
/// <param name="Subscribe">Whether the entry allows receiving the private updates of its topics.</param>
/// <param name="Topics">The topics; at least one.</param>
/// <param name="Payload">The JSON text of <c>payload</c>, whatever value that is; null if the entry has none.</param>
internal sealed record AuthorizationDetail(
    bool Publish, bool Subscribe, IReadOnlyList<TopicGrant> Topics, string? Payload)
{
    /// <summary>The <c>type</c> of the entries that are meant for hubs.</summary>
    public const string Type = "https://mercure.rocks/authorization-detail";
}
