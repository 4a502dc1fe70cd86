namespace SseFunctions.Hub.Tokens;

/// <summary>Where a request carries its token.</summary>
internal enum TokenSource
{
    /// <summary>In the Authorization header.</summary>
    Header,

    /// <summary>In the query parameter <c>authorization</c>.</summary>
    Query,

    /// <summary>In a cookie, which a browser also sends for pages of other origins: what is written on its authority
    /// needs <see cref="PublishOriginRequest"/>.</summary>
    Cookie,
}
