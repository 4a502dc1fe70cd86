using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace SseFunctions.Discussions;

/// <summary>The functions of discussions. The Functions worker finds them in every app that references this package.
/// Their routes are below the app's <c>routePrefix</c>.</summary>
public sealed class DiscussionFunctions(DiscussionEndpoints endpoints)
{
    private const string All = "discussions";
    private const string One = All + "/{id}";

    /// <summary>Opens the stream of a discussion for clients of AG-UI: POST <c>discussions/{id}/ag-ui</c>.</summary>
    [Function("DiscussionAgUi")]
    public Task<IResult> AgUi(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = One + "/ag-ui")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => endpoints.AgUiAsync(request, id, cancellationToken);

    /// <summary>Ends a discussion: POST <c>discussions/{id}/cancel</c>.</summary>
    [Function("DiscussionCancel")]
    public Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = One + "/cancel")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => endpoints.CancelAsync(request, id, cancellationToken);

    /// <summary>Opens the stream of a discussion, for an EventSource: GET <c>discussions/{id}/events</c>.</summary>
    [Function("DiscussionEvents")]
    public Task<IResult> Events(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = One + "/events")]
        HttpRequest request,
        string id,
        CancellationToken cancellationToken) => endpoints.EventsAsync(request, id, cancellationToken);

    /// <summary>Lists the discussions: GET <c>discussions</c>.</summary>
    [Function("DiscussionList")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = All)] HttpRequest request,
        CancellationToken cancellationToken) => endpoints.ListAsync(request, cancellationToken);

    /// <summary>Tells a page which models and limits there are: GET <c>discussions/models</c>.</summary>
    [Function("DiscussionModels")]
    public Task<IResult> Models(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = All + "/models")]
        HttpRequest request,
        CancellationToken cancellationToken) => endpoints.ModelsAsync(request, cancellationToken);

    /// <summary>Starts a discussion with a new id: POST <c>discussions</c>.</summary>
    [Function("DiscussionStart")]
    public Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = All)] HttpRequest request,
        CancellationToken cancellationToken) => endpoints.StartAsync(request, null, cancellationToken);

    /// <summary>Starts a discussion with an id of the client: PUT <c>discussions/{id}</c>. The client may repeat the
    /// request.</summary>
    [Function("DiscussionStartWithId")]
    public Task<IResult> StartWithId(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = One)] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => endpoints.StartAsync(request, id, cancellationToken);

    /// <summary>Opens the stream of a discussion for clients of the AI SDK: GET <c>discussions/{id}/stream</c>.
    /// </summary>
    [Function("DiscussionStream")]
    public Task<IResult> UiMessageStream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = One + "/stream")]
        HttpRequest request,
        string id,
        CancellationToken cancellationToken) => endpoints.UiMessageStreamAsync(request, id, cancellationToken);

    /// <summary>Answers with what was said: GET <c>discussions/{id}</c>.</summary>
    [Function("DiscussionTranscript")]
    public Task<IResult> Transcript(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = One)] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => endpoints.TranscriptAsync(request, id, cancellationToken);
}
