using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers with the metadata of the hub as a protected resource (RFC 9728; Mercure protocol, draft 08).
/// Answers 404 if no token of Mercure 1.0 can be valid, because clients treat a hub without metadata as a hub of 0.x.
/// </summary>
internal sealed class MetadataEndpoint(IOptions<HubOptions> options)
{
    private readonly HubOptions _options = options.Value;
    private readonly bool _isOn = options.Value.TrustedIssuers.Any();

    public Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Answer(request));

    private IResult Answer(HttpRequest request)
    {
        if (!_isOn)
        {
            const string title = "This hub has no metadata, because it accepts no tokens of Mercure 1.0.";
            return new HubProblemResult(new HubProblem(HubProblem.NotFound, title));
        }
        // The document depends on the host name in the request, which not every cache distinguishes.
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        return new HubJsonResult(Document(request), MediaTypeNames.Application.Json);
    }

    private byte[] Document(HttpRequest request)
    {
        var document = new Dictionary<string, object>
        {
            ["resource"] = HubAddressRequest.ResourceId(request, _options),
        };
        var servers = _options.TrustedIssuers.Select(issuer => issuer.Keys.Issuer).OfType<string>()
            .Where(IsAuthorizationServer).ToArray();
        if (servers.Length > 0) document["authorization_servers"] = servers;
        document["bearer_methods_supported"] = new[] { "header" };
        document["authorization_details_types_supported"] = new[] { AuthorizationDetail.Type };
        document["mercure_cookie"] = _options.AccessTokenCookie;
        if (_options.Subscriptions) document["mercure_subscriptions"] = true;
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    // RFC 8414, section 2: an https URL without a query and a fragment.
    private static bool IsAuthorizationServer(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
        && issuer.AsSpan().IndexOfAny('?', '#') < 0;
}
