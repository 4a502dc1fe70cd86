using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub;

/// <summary>What a request may do. See <see cref="IHubAuthorization"/>. Immutable.</summary>
public sealed class HubAuthorization
{
    internal HubAuthorization(IResult? refusal, DateTimeOffset? expires) => (Refusal, Expires) = (refusal, expires);

    /// <summary>Gets the answer to a request that is refused; null if the request is allowed.</summary>
    public IResult? Refusal { get; }

    /// <summary>Gets when the token expires: a stream has to end then. Null if there is no token, or if it does not
    /// expire.</summary>
    public DateTimeOffset? Expires { get; }
}
