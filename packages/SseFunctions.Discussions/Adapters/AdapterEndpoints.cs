using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Protocol;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Adapters;

/// <summary>Opens streams of discussions for clients of other protocols. Whoever may watch a discussion may watch it
/// through an adapter, and is one of its viewers.</summary>
internal sealed class AdapterEndpoints(WatchEndpoints watch, AdapterStream adapters, EventStreams streams)
{
    private const string Ended = "ended";
    private const string Replay = "replay";

    private static readonly UiMessageAdapter UiMessages = new();

    /// <summary>Opens a UI message stream of the AI SDK. A discussion that has ended is answered 204, which the client
    /// takes for nothing to resume, unless the request has <c>?ended=replay</c>.</summary>
    public async Task<IResult> UiMessageStreamAsync(
        HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var (log, authorization) = await watch.OpenAsync(request, id, cancellationToken);
        if (authorization?.Refusal is { } refusal) return refusal;
        if (log.View().IsEnded && request.Query[Ended] != Replay) return new EndOfStreamResult();
        watch.TakePlace(request);
        request.HttpContext.Response.Headers[UiMessageAdapter.Header] = UiMessageAdapter.Version;
        return streams.Stream(
            WatchEndpoints.Feature,
            adapters.ReadAsync(log, UiMessages, CancellationToken.None),
            cancellationToken,
            authorization?.Expires);
    }

    /// <summary>Opens a run of AG-UI.</summary>
    public async Task<IResult> AgUiAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var (log, authorization) = await watch.OpenAsync(request, id, cancellationToken);
        if (authorization?.Refusal is { } refusal) return refusal;
        var input = await AgUiInput.ReadAsync(request, cancellationToken);
        watch.TakePlace(request);
        return streams.Stream(
            WatchEndpoints.Feature,
            adapters.ReadAsync(log, new AgUiAdapter(input), CancellationToken.None),
            cancellationToken,
            authorization?.Expires);
    }
}
