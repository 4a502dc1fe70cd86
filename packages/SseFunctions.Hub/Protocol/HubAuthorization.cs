using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Protocol;
using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>What a request may do. See <see cref="IHubAuthorization"/>. Immutable.</summary>
public sealed class HubAuthorization
{
    private HubAuthorization(IResult? refusal, bool isTemporary, DateTimeOffset? expires) =>
        (Refusal, IsTemporary, Expires) = (refusal, isTemporary, expires);

    /// <summary>Gets the answer to a request that is refused; null if the request is allowed.</summary>
    public IResult? Refusal { get; }

    /// <summary>Gets whether the request is refused only because the keys that verify its token cannot be fetched now:
    /// the same request may succeed later. Answer an EventSource with <see cref="RetryLaterResult"/> then, because it
    /// never reconnects after a refusal.</summary>
    public bool IsTemporary { get; }

    /// <summary>Gets when the token expires: a stream has to end then. Null if there is no token, or if it does not
    /// expire.</summary>
    public DateTimeOffset? Expires { get; }

    internal static HubAuthorization Allow(DateTimeOffset? expires) => new(null, false, expires);

    /// <summary>Refuses a request of a route that is not the hub's.</summary>
    /// <param name="refusal">The answer as the hub's own routes give it.</param>
    /// <param name="prefix">The path before the address of the hub.</param>
    internal static HubAuthorization Refuse(HubProblemResult refusal, string prefix) =>
        new(refusal.Below(prefix), refusal.IsUnavailable, null);
}
