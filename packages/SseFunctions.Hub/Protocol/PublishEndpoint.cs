using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers a publication: with the update's id, once the update is in the log, or with a problem. After a
/// problem, nothing is stored and no subscriber gets anything.</summary>
internal sealed class PublishEndpoint(HubAccess access, UpdatePublisher publisher, IOptions<HubOptions> options)
{
    private const string Publish = "publish";
    private const string FormType = "application/x-www-form-urlencoded";

    private readonly HubOptions _options = options.Value;
    private readonly OriginList _publishOrigins = new(options.Value.PublishOrigins);

    /// <summary>The answer.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // The token comes first: a sender that may not publish at all does not learn what is wrong with the update.
        var token = PresentedTokenRequest.Of(request, _options.Cookie);
        var isFromAllowedOrigin = token is { Source: TokenSource.Cookie }
            && PublishOriginRequest.Allows(request, _publishOrigins);
        var (claims, refusal) = await access.ToPublishAsync(token, isFromAllowedOrigin, cancellationToken);
        if (refusal is not null) return refusal;

        var (update, unreadable) = await ReadAsync(request, cancellationToken);
        if (update is null) return access.Refuse(Publish, unreadable);
        if (!ValidUpdate.TryMake(update, _options.UpdateLimits, out var valid, out var wrong))
            return access.Refuse(Publish, HubProblem.Of(wrong));

        var rights = TopicSelectorSet.Parse(claims.Publish);
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
                "Nothing can be published just now: try again. With an id of its own, an update is not doubled.";
            return access.Refuse(Publish, new HubProblem(HubProblem.Unavailable, title), exception.Message);
        }
    }

    private async Task<(Update? Update, HubProblem Problem)> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        // Parameters after the semicolon do not matter; some clients send the semicolon alone.
        var type = request.ContentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var end) type = type[..end];
        if (!type.Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase))
            return (null, new HubProblem(HubProblem.BadRequest, $"Send the update as {FormType}."));
        var tooLarge = new HubProblem(
            HubProblem.TooLarge, $"The body of an update, as it is sent, has at most {_options.MaxUpdateBytes} bytes.");
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
            return (null, new HubProblem(exception.StatusCode, "The body cannot be read: send it whole."));
        }
        catch (IOException)
        {
            // The client is gone: nobody reads this answer.
            return (null, new HubProblem(HubProblem.BadRequest, "The body ended early: send it whole."));
        }
    }
}
