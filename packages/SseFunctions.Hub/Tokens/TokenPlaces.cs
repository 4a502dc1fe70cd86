namespace SseFunctions.Hub.Tokens;

/// <summary>Where a request may have its token, besides the Authorization header.</summary>
/// <param name="AccessTokenCookie">The name of the cookie of Mercure 1.0; null if the hub does not speak 1.0.</param>
/// <param name="Cookie">The name of the cookie of Mercure 0.x; null if the hub does not speak 0.x. Then the query
/// parameter is not a place for a token either.</param>
internal sealed record TokenPlaces(string? AccessTokenCookie, string? Cookie);
