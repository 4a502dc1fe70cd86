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

    /// <summary>Opens a UI message stream of the AI SDK. If the discussion has ended, the answer is 204, which tells
    /// the client that there is nothing to resume. With <c>?ended=replay</c> in the request, the answer is the stream
    /// of the whole discussion.</summary>
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
