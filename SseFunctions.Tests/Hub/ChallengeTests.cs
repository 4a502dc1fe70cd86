using System.Net;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Where tokens of Mercure 1.0 may be, and what a client of 1.0 is told (RFC 6750, RFC 9728).</summary>
public sealed class ChallengeTests(TrustingHub hub) : IClassFixture<TrustingHub>
{
    private const string Topic = $"{HubClient.Path}?topic=a";
    private const string AccessCookie = "__Secure-mercure_access_token";
    private const string OldCookie = "mercureAuthorization";
    private const string InvalidToken = "error=\"invalid_token\", ";
    private const string InvalidRequest = "error=\"invalid_request\", ";
    private const string InsufficientScope = "error=\"insufficient_scope\", ";
    private const string SendValid = "Send a valid token. The hub's log says why this one is not.";
    private const string OneHeader = "Send one Authorization header: Bearer, a space and the token.";
    private const string NotInUrl = "Send the token in the Authorization header or in the cookie, not in the URL.";

    // GOOD stands for a token of 1.0, OLD for a token of 0.x. All other texts are invalid tokens. The first cookie is
    // that of 1.0, the second that of 0.x.
    [Theory]
    [InlineData("Bearer GOOD", null, null, null, 200)]
    [InlineData("bearer GOOD", null, null, null, 200)]
    [InlineData("BEARER  GOOD ", null, null, null, 200)]
    [InlineData("Bearer OLD", null, null, null, 200)]
    [InlineData(null, "OLD", null, null, 200)]
    [InlineData(null, null, "GOOD", null, 200)]
    [InlineData(null, null, "OLD", null, 200)]
    [InlineData(null, null, null, "OLD", 200)]
    [InlineData(null, null, null, "GOOD", 200)]
    [InlineData("Bearer GOOD", "bad", "bad", "bad", 200)]
    [InlineData(null, "OLD", "bad", "bad", 200)]
    [InlineData(null, null, "GOOD", "bad", 200)]
    [InlineData(null, "", "GOOD", "bad", 200)]
    [InlineData(null, "", "", "GOOD", 200)]
    [InlineData("Bearer bad", "OLD", "GOOD", "GOOD", 401)]
    [InlineData(null, "bad", "GOOD", "GOOD", 401)]
    [InlineData(null, null, "bad", "GOOD", 401)]
    [InlineData(null, null, null, "bad", 401)]
    [InlineData(null, null, null, null, 401)]
    [InlineData("Basic dTpw", "OLD", "GOOD", "GOOD", 401)]
    [InlineData("Bearer", "OLD", "GOOD", "GOOD", 400)]
    [InlineData(null, "GOOD", "GOOD", "GOOD", 400)]
    public async Task The_first_place_with_a_token_counts(
        string? header, string? query, string? access, string? old, int status)
    {
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        string Token(string text) => text.Replace("GOOD", Good()).Replace("OLD", Old());
        var headers = new List<(string, string)>();
        if (header is not null) headers.Add(("Authorization", Token(header)));
        var cookies = new List<string> { "other=1" };
        if (access is not null) cookies.Add($"{AccessCookie}={Token(access)}");
        if (old is not null) cookies.Add($"{OldCookie}={Token(old)}");
        headers.Add(("Cookie", string.Join("; ", cookies)));
        using var answer =
            await hub.Server.Get(query is null ? Topic : $"{Topic}&authorization={Token(query)}", [.. headers]);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Without_a_token_there_is_no_error_code() =>
        await IsAnswered("", 401, "Send a token.", hub.Challenge());

    [Theory]
    [InlineData("Basic dTpw")]
    [InlineData("DPoP x")]
    public async Task Another_scheme_is_as_good_as_no_token(string header) =>
        await IsAnswered($"Authorization: {header}\r\n", 401, SendValid, hub.Challenge());

    [Fact]
    public async Task A_bad_token_is_not_told_why() =>
        await IsAnswered($"Authorization: Bearer {Good()}x\r\n", 401, SendValid, hub.Challenge(InvalidToken));

    [Fact]
    public async Task Text_that_is_no_token_at_all_is_a_bad_token() =>
        await IsAnswered("Authorization: Bearer x\r\n", 401, SendValid, hub.Challenge(InvalidToken));

    [Fact]
    public async Task A_bad_token_of_0_x_is_answered_as_before() => await IsAnswered(
        $"Authorization: Bearer {Jwt.Mint(new { mercure = new { } }, "another-key-that-is-long-enough-for-it")}\r\n",
        401, SendValid, "Bearer");

    [Fact]
    public async Task A_token_without_the_right_has_too_little_scope() => await IsAnswered(
        $"Authorization: Bearer {Access(Jwt.Detail(["subscribe"], "*"))}\r\n",
        403,
        "The token gives no right to publish to all of these topics.",
        hub.Challenge(InsufficientScope),
        "topic=a&data=a");

    [Theory]
    [InlineData("")]
    [InlineData("/exact/a")]
    public async Task The_list_of_subscriptions_wants_the_scope_too(string path)
    {
        await using var server = await LocalHostServer.Start(
            null, [.. Jwt.Trusted, $"Hub:ResourceId={TrustingHub.Resource}", "Hub:Subscriptions=true"]);
        var token = Jwt.Access(TrustingHub.Resource, Jwt.Detail(["subscribe"], "a"));
        using var client = await RawClient.Get(
            new Uri(server.Url, $"{HubClient.Path}/subscriptions{path}"), $"Authorization: Bearer {token}\r\n");
        var metadata = new Uri(server.Url, "/.well-known/oauth-protected-resource/.well-known/mercure");
        await IsAnswer(
            client, 403, "The token gives no right to these subscriptions.",
            $"Bearer {InsufficientScope}resource_metadata=\"{metadata}\"");
    }

    [Fact]
    public async Task A_token_of_0_x_without_the_right_is_answered_as_before() => await IsAnswered(
        "Authorization: Bearer "
            + $"{Jwt.Mint(new { mercure = new { publish = new[] { "b" } } }, TrustingHub.PublisherKey)}\r\n", 403,
        "The token gives no right to publish to all of these topics.", null, "topic=a&data=a");

    [Theory]
    [InlineData("Authorization: Bearer\r\n")]
    [InlineData("Authorization: Bearer  \r\n")]
    [InlineData("Authorization: Bearer GOOD\r\nAuthorization: Bearer GOOD\r\n")]
    public async Task A_malformed_header_is_a_bad_request(string headers) =>
        await IsAnswered(headers.Replace("GOOD", Good()), 400, OneHeader, hub.Challenge(InvalidRequest));

    [Fact]
    public async Task A_token_in_the_URL_is_a_bad_request() =>
        await IsAnswered("", 400, NotInUrl, hub.Challenge(InvalidRequest), target: $"{Topic}&authorization={Good()}");

    [Fact]
    public async Task Two_tokens_in_the_URL_are_answered_as_before() =>
        await IsAnswered("", 401, SendValid, "Bearer", target: $"{Topic}&authorization={Old()}&authorization={Old()}");

    [Theory]
    [InlineData(AccessCookie, "GOOD", null, 400)]
    [InlineData(AccessCookie, "GOOD", "https://evil.example", 400)]
    [InlineData(AccessCookie, "GOOD", "null", 400)]
    [InlineData(OldCookie, "GOOD", "https://evil.example", 400)]
    [InlineData(OldCookie, "OLD", "https://evil.example", 403)]
    [InlineData(AccessCookie, "OLD", null, 403)]
    public async Task Another_page_does_not_publish_with_the_cookie(
        string cookie, string token, string? origin, int status)
    {
        var headers = $"Cookie: {cookie}={token.Replace("GOOD", Good()).Replace("OLD", Old())}\r\n";
        if (origin is not null) headers += $"Origin: {origin}\r\n";
        await IsAnswered(
            headers, status, "This page may not publish with the cookie: its origin is not allowed.",
            status == 400 ? hub.Challenge(InvalidRequest) : null, "topic=csrf&data=a");
        await hub.Server.Logs.First($"Answered {status} to a request to publish: the token came in a cookie");
    }

    [Fact]
    public async Task The_hubs_own_page_gets_past_the_check_of_its_origin()
    {
        // The token gives no right to publish. Its refusal shows that the origin was accepted.
        var token = Access(Jwt.Detail(["subscribe"], "*"));
        using var answer = await hub.Server.Post(
            "topic=a",
            ("Cookie", $"{AccessCookie}={token}"),
            ("Origin", hub.Server.Url.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(hub.Challenge(InsufficientScope), answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_request_to_HEAD_has_the_challenge_and_no_body()
    {
        using var answer = await hub.Server.Send(HttpMethod.Head, Topic);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(hub.Challenge(), answer.Header("WWW-Authenticate"));
        Assert.Equal("", await answer.Text());
    }

    private string Good() => Access(Jwt.Detail(["publish", "subscribe"], "*"));

    private string Access(params object[] details) => Jwt.MintAccess(new
    {
        iss = Jwt.Issuer,
        aud = TrustingHub.Resource,
        exp = hub.Now + 60,
        authorization_details = details,
    });

    private static string Old() =>
        Jwt.Mint(new { mercure = new { publish = new[] { "*" } } }, TrustingHub.PublisherKey);

    private async Task IsAnswered(
        string headers, int status, string title, string? challenge, string? form = null, string target = Topic)
    {
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        if (form is not null)
            headers += $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n";
        using var client = await RawClient.Get(
            new Uri(hub.Server.Url, form is null ? target : HubClient.Path), headers, form is null
                ? "GET" : "POST", body: form ?? "");
        await IsAnswer(client, status, title, challenge);
    }

    // Compares the whole answer, except the date.
    private static async Task IsAnswer(RawClient client, int status, string title, string? challenge)
    {
        var body = $$"""{"title":"{{title}}","status":{{status}}}""";
        var received = await client.Until(body);
        var lines = received[..received.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
        var phrase = status switch { 400 => "Bad Request", 401 => "Unauthorized", _ => "Forbidden" };
        string[] expected =
        [
            $"HTTP/1.1 {status} {phrase}",
            "Cache-Control: no-store",
            $"Content-Length: {body.Length}",
            "Content-Type: application/problem+json",
            .. challenge is null ? Array.Empty<string>() : [$"WWW-Authenticate: {challenge}"],
        ];
        var undated = lines[1..].Where(line => !line.StartsWith("Date:", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.Equal(string.Join('\n', expected), string.Join('\n', undated.Prepend(lines[0])));
        Assert.EndsWith($"\r\n\r\n{body}", received, StringComparison.Ordinal);
    }
}
