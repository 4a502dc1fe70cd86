using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace SseFunctions.Streaming;

/// <summary>Reads the last event id of a client that resumes a stream.</summary>
public static class LastEventId
{
    /// <summary>The name of the request header. The hub also sets it on responses.</summary>
    public const string Header = "Last-Event-ID";

    private const string Query = "lastEventID";
    private const string NewerQuery = "last_event_id";

    /// <summary>Gets the last event id of the request: from the header that an EventSource sends when it reconnects
    /// (WHATWG HTML 9.2.4), otherwise from the query parameter <c>lastEventID</c>, <c>Last-Event-ID</c> or
    /// <c>last_event_id</c> (in any letter case), which a page can set on a new EventSource. Null if the request has
    /// neither. The value is untrusted.</summary>
    public static string? Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers[Header].ToString();
        if (header.Length > 0) return header;
        if (!request.QueryString.HasValue) return null;
        string? id = null;
        // Not request.Query: the request would keep the parsed query in memory while the stream is open.
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (!IsQueryName(pair.DecodeName().Span) || pair.EncodedValue.IsEmpty) continue;
            var value = pair.DecodeValue().ToString();
            // Two different values are joined to a text that is not an id of any event.
            id = id is null || id == value ? value : $"{id},{value}";
        }
        return id;
    }

    /// <summary>Whether a query parameter with this name holds the last event id.</summary>
    internal static bool IsQueryName(ReadOnlySpan<char> name) => name.Equals(Query, StringComparison.OrdinalIgnoreCase)
        || name.Equals(Header, StringComparison.OrdinalIgnoreCase)
        || name.Equals(NewerQuery, StringComparison.OrdinalIgnoreCase);
}
