using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub.Protocol;

/// <summary>Publishes the update in a request. Answers with the event id once the update is in the log, or with a
/// problem. A refused update is not stored. After 503, the update may be stored all the same.</summary>
internal sealed class PublishEndpoint(HubAccess access, UpdatePublisher publisher, IOptions<HubOptions> options)
{
    private const string Publish = "publish";
    private const int OtherFields = 100;

    private readonly HubOptions _options = options.Value;
    private readonly OriginList _publishOrigins = new(options.Value.PublishOrigins);

    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // The token is checked before the body: a client that may not publish does not learn what is wrong with the
        // body.
        var token = PresentedTokenRequest.Of(request, _options.TokenPlaces);
        var resource = HubAddressRequest.ResourceId(request, _options);
        var isFromAllowedOrigin = token is { Source: TokenSource.Cookie }
            && PublishOriginRequest.Allows(request, _publishOrigins);
        var (claims, refusal) = await access.AuthorizePublishAsync(
            token, isFromAllowedOrigin, resource, cancellationToken);
        if (refusal is not null) return refusal;

        if (!FormBodyRequest.IsForm(request))
        {
            const string title = $"Send the update as {FormBodyRequest.ContentType}.";
            return access.Refuse(Publish, new HubProblem(HubProblem.BadRequest, title));
        }
        var (fields, unreadable) = await FormBodyRequest.ReadAsync(
            request, _options.MaxUpdateBytes, _options.MaxTopics + OtherFields, cancellationToken);
        if (unreadable is not null) return access.Refuse(Publish, unreadable);
        // A token of 1.0 makes the update one of 1.0, with stricter rules.
        var baseUrl = claims.IsAccessToken ? BaseUrls.Of(resource) : null;
        if (UpdateForm.TryRead(fields ?? [], isStrict: baseUrl is not null, out var update) is { } malformed)
            return access.Refuse(Publish, malformed);
        if (!ValidUpdate.TryMake(update, _options.UpdateLimits, out var valid, out var wrong))
            return access.Refuse(Publish, HubProblem.Of(wrong));
        if (baseUrl is not null && AccessTokenUpdateRules.ProblemWith(update, baseUrl) is { } forbidden)
            return access.Refuse(Publish, forbidden);

        var rights = TokenRights.ToPublish(claims, baseUrl);
        if (!valid.Update.Topics.All(topic => rights.MatchesAny([topic])))
        {
            const string title = "The token gives no right to publish to all of these topics.";
            return access.Forbid(Publish, title, claims, claims.WhyNotPublish);
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
}
