using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace SseFunctions.Streaming;

/// <summary>Where a client says which event it received last.</summary>
public static class LastEventId
{
    /// <summary>The name of the header, of a request and, in the hub, of an answer.</summary>
    public const string Header = "Last-Event-ID";

    private const string Query = "lastEventID";
    private const string NewerQuery = "last_event_id";

    /// <summary>The header that an EventSource sends when it reconnects by itself (WHATWG HTML 9.2.4), else the query
    /// parameter, <c>lastEventID</c> in any case, which a page can set on a new EventSource; null when there is
    /// neither. Untrusted.</summary>
    public static string? Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers[Header].ToString();
        if (header.Length > 0) return header;
        if (!request.QueryString.HasValue) return null;
        string? id = null;
        // Not request.Query, which would be kept for as long as the stream is open.
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (!IsName(pair.DecodeName().Span) || pair.EncodedValue.IsEmpty) continue;
            var value = pair.DecodeValue().ToString();
            // Two that differ are nobody's id.
            id = id is null || id == value ? value : $"{id},{value}";
        }
        return id;
    }

    private static bool IsName(ReadOnlySpan<char> name) => name.Equals(Query, StringComparison.OrdinalIgnoreCase)
        || name.Equals(Header, StringComparison.OrdinalIgnoreCase)
        || name.Equals(NewerQuery, StringComparison.OrdinalIgnoreCase);
}
