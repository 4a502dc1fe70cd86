using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Where a client says which event it received last.</summary>
public static class LastEventId
{
    private const string Header = "Last-Event-ID";
    private const string Query = "lastEventId";

    /// <summary>The header that an EventSource sends when it reconnects by itself (WHATWG HTML 9.2.4), else the query
    /// parameter, which a page can set on a new EventSource; null when there is neither. Untrusted.</summary>
    public static string? Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers[Header].ToString();
        if (header.Length > 0) return header;
        if (!request.QueryString.HasValue) return null;
        var query = request.Query[Query].ToString();
        return query.Length > 0 ? query : null;
    }
}
