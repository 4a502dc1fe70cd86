namespace SseFunctions.Hub.Tokens;

/// <summary>The place of the token in a request.</summary>
internal enum TokenSource
{
    /// <summary>In the Authorization header.</summary>
    Header,

    /// <summary>In the query parameter <c>authorization</c>.</summary>
    Query,

    /// <summary>In a cookie. Browsers also send it for pages of other origins, so a publication with the cookie must
    /// pass <see cref="PublishOriginRequest"/>.</summary>
    Cookie,
}
