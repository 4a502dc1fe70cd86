using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub.Protocol;

/// <summary>Publishes the update in a request. Answers with the event id once the update is in the log, or with a
/// problem. A refused update is not stored. After 503, the update may be stored all the same.</summary>
internal sealed class PublishEndpoint(HubAccess access, UpdatePublisher publisher, IOptions<HubOptions> options)
{
    private const string Publish = "publish";
    private const string FormType = "application/x-www-form-urlencoded";

    private readonly HubOptions _options = options.Value;
    private readonly OriginList _publishOrigins = new(options.Value.PublishOrigins);

    /// <summary>Publishes the update, and returns the answer to the request.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // The token is checked before the body: a client that may not publish does not learn what is wrong with the
        // body.
        var token = PresentedTokenRequest.Of(request, _options.Cookie);
        var isFromAllowedOrigin = token is { Source: TokenSource.Cookie }
            && PublishOriginRequest.Allows(request, _publishOrigins);
        var (claims, refusal) = await access.ToPublishAsync(token, isFromAllowedOrigin, cancellationToken);
        if (refusal is not null) return refusal;

        var (update, unreadable) = await ReadAsync(request, cancellationToken);
        if (update is null) return access.Refuse(Publish, unreadable);
        if (!ValidUpdate.TryMake(update, _options.UpdateLimits, out var valid, out var wrong))
            return access.Refuse(Publish, HubProblem.Of(wrong));

        var rights = TopicMatcherSet.Parse(claims.Publish);
        if (!valid.Update.Topics.All(topic => rights.MatchesAny([topic])))
        {
            const string title = "The token gives no right to publish to all of these topics.";
            return access.Forbid(Publish, title, claims.WhyNotPublish);
        }
        try
        {
            var id = await publisher.PublishAsync(valid, cancellationToken);
            return TypedResults.Text(id, "text/plain", Encoding.UTF8);
        }
        catch (HubUnavailableException exception)
        {
            const string title =
                "Nothing can be published just now: try again. If the update has an id, a retry does not repeat it.";
            return access.Refuse(Publish, new HubProblem(HubProblem.Unavailable, title), exception.Message);
        }
    }

    private async Task<(Update? Update, HubProblem Problem)> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        // Parameters after the semicolon have no effect. Some clients send the semicolon alone.
        var type = request.ContentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var end) type = type[..end];
        if (!type.Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase))
            return (null, new HubProblem(HubProblem.BadRequest, $"Send the update as {FormType}."));
        var tooLarge = new HubProblem(
            HubProblem.TooLarge, $"The body is longer than {_options.MaxUpdateBytes} bytes: send less.");
        if (request.ContentLength > _options.MaxUpdateBytes) return (null, tooLarge);
        try
        {
            var room = _options.MaxUpdateBytes + 1;
            var read = await request.BodyReader.ReadAtLeastAsync(room, cancellationToken);
            var problem = tooLarge;
            Update? update = null;
            if (read.Buffer.Length < room)
            {
                var body = read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray();
                problem = UpdateForm.TryRead(body, _options, out update) ?? problem;
            }
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return (update, problem);
        }
        catch (BadHttpRequestException exception)
        {
            return (null, new HubProblem(exception.StatusCode, "The body cannot be read: send the whole body."));
        }
        catch (IOException)
        {
            // The client has left, so nobody reads this answer.
            return (null, new HubProblem(HubProblem.BadRequest, "The body ended early: send the whole body."));
        }
    }
}
