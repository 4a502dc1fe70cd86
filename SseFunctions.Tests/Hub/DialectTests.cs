using System.Net;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Hubs that speak one version of the protocol, or both, with and without keys.</summary>
public sealed class DialectTests
{
    private const string Topic = $"{HubClient.Path}?topic=a";
    private const string Match = $"{HubClient.Path}?match=a";
    private const string NotAnonymous = "Hub:Anonymous=false";
    private const string OnlyV1 = "Hub:Dialects=1.0";
    private const string OnlyV0 = "Hub:Dialects=0.x";

    [Fact]
    public async Task An_issuer_alone_turns_publishing_on()
    {
        await using var server = await LocalHostServer.Start(null, [.. Jwt.Trusted, "Hub:Publisher:Key="]);
        Assert.Empty(server.Logs.Warnings);
        using var none = await server.Post("topic=a");
        Assert.Equal("Send a token.", await none.Problem(HttpStatusCode.Unauthorized));
        // Publishing is on, so the answer is that the token lacks the right.
        using var lacks = await server.Post("topic=a", Bearer(Access(server, Jwt.Detail(["subscribe"], "*"))));
        Assert.Equal(
            "The token gives no right to publish to all of these topics.",
            await lacks.Problem(HttpStatusCode.Forbidden));
        await server.Logs.First("no entry of its claim authorization_details has the action publish");
        using var old = await server.Post("topic=a", Bearer(Everything));
        await old.Problem(HttpStatusCode.Unauthorized);
        await server.Logs.First("there is no key to verify it with: Hub:Publisher:Key is not set");
    }

    [Fact]
    public async Task The_resource_id_is_the_hubs_address_as_the_client_sees_it()
    {
        await using var server = await LocalHostServer.Start(null, [.. Jwt.Trusted, NotAnonymous]);
        using var good = await server.Get(Topic, Bearer(Access(server)));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var named = await server.Get(
            Topic, Bearer(Jwt.Access("http://hub.example/.well-known/mercure")), ("Host", "hub.example"));
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
        using var other = await server.Get(Topic, Bearer(Jwt.Access("http://hub.example/.well-known/mercure")));
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
        await server.Logs.First("it is for 'http://hub.example/.well-known/mercure' (aud), but Hub:ResourceId, which "
            + "is not set and therefore the "
            + $"hub's address in the request, is '{new Uri(server.Url, HubClient.Path)}'");
    }

    [Fact]
    public async Task A_hub_of_1_0_alone_knows_no_token_of_0_x()
    {
        await using var server = await LocalHostServer.Start(null, [.. Jwt.Trusted, OnlyV1, NotAnonymous]);
        using var good = await server.Get(
            Match, ("Cookie", $"__Secure-mercure_access_token={Access(server)}; mercureAuthorization=bad"));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var old = await server.Get(Match, Bearer(Everything));
        Assert.Contains("error=\"invalid_token\"", old.Header("WWW-Authenticate"), StringComparison.Ordinal);
        await server.Logs.First(
            "its typ is not at+jwt, so it is a token of Mercure 0.x, and Hub:Dialects does not contain 0.x");
        using var cookie = await server.Get(Match, ("Cookie", $"mercureAuthorization={Access(server)}"));
        Assert.Equal("Send a token.", await cookie.Problem(HttpStatusCode.Unauthorized));
        using var query = await server.Get($"{Match}&authorization={Everything}");
        Assert.Equal(
            "Send the token in the Authorization header or in the cookie, not in the URL.",
            await query.Problem(HttpStatusCode.BadRequest));
        using var ignored =
            await server.Get($"{Match}&authorization=x", ("Cookie", $"__Secure-mercure_access_token={Access(server)}"));
        Assert.Equal(HttpStatusCode.OK, ignored.StatusCode);
    }

    [Fact]
    public async Task A_hub_of_0_x_alone_knows_no_token_of_1_0()
    {
        await using var server = await LocalHostServer.Start(null, [.. Jwt.Trusted, OnlyV0, NotAnonymous]);
        using var good = await server.Get(Topic, Bearer(Everything));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var refused = await server.Get(Topic, Bearer(Access(server)));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Header("WWW-Authenticate"));
        await server.Logs.First("it is a token of Mercure 1.0 (typ), and Hub:Dialects does not contain 1.0");
        using var cookie = await server.Get(Topic, ("Cookie", $"__Secure-mercure_access_token={Everything}"));
        Assert.Equal("Send a token.", await cookie.Problem(HttpStatusCode.Unauthorized));
        Assert.Equal("Bearer", cookie.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Without_an_issuer_a_token_of_1_0_is_invalid_and_there_is_no_metadata_to_name()
    {
        await using var server = await LocalHostServer.Start(null, NotAnonymous);
        using var refused = await server.Get(Topic, Bearer(Access(server)));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer error=\"invalid_token\"", refused.Header("WWW-Authenticate"));
        await server.Logs.First("it is a token of Mercure 1.0 (typ), and Hub:Issuers names no trusted issuer");
    }

    [Fact]
    public async Task A_hub_of_1_0_without_an_issuer_says_that_nobody_can_publish()
    {
        await using var server = await LocalHostServer.Start(null, OnlyV1);
        using var answer = await server.Post("topic=a", Bearer(Everything));
        Assert.Equal(
            "No token can allow this, because no key is set: set Hub:Issuers.",
            await answer.Problem(HttpStatusCode.Forbidden));
        await server.Logs.First("To allow clients with a token to publish, set Hub:Issuers");
    }

    // A client can send any Host. A right to the topics of another hub must not become one to this hub's relative
    // topics.
    [Fact]
    public async Task The_resource_id_and_not_the_Host_resolves_relative_topics()
    {
        const string Hub = "https://hub.example/.well-known/mercure";
        await using var server = await LocalHostServer.Start(null, [.. Jwt.Trusted, $"Hub:ResourceId={Hub}"]);
        var other = Jwt.Access(Hub, PublishTo("https://other.example/*"));
        using var foreign = await server.Post("topic=/secret", Bearer(other), ("Host", "other.example"));
        await foreign.Problem(HttpStatusCode.Forbidden);
        var own = Jwt.Access(Hub, PublishTo("https://hub.example/*"));
        using var good = await server.Post("topic=/secret", Bearer(own), ("Host", "other.example"));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task A_token_with_a_pattern_that_is_not_one_is_invalid()
    {
        await using var server = await LocalHostServer.Start(null, [.. Jwt.Trusted, NotAnonymous]);
        var token = Jwt.Access($"{new Uri(server.Url, HubClient.Path)}", PublishTo("https://e.com/(?<=a)("));
        using var answer = await server.Post("topic=a", Bearer(token));
        await answer.Problem(HttpStatusCode.Unauthorized);
        Assert.Contains("error=\"invalid_token\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        await server.Logs.First("is not a URL pattern");
    }

    [Fact]
    public async Task The_cookie_of_1_0_has_the_name_of_the_setting()
    {
        await using var server =
            await LocalHostServer.Start(null, [.. Jwt.Trusted, NotAnonymous, "Hub:AccessTokenCookie=mine"]);
        using var named = await server.Get(Topic, ("Cookie", $"mine={Access(server)}"));
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
        using var other = await server.Get(
            Topic, ("Cookie", $"__Secure-mercure_access_token={Access(server)}; MINE={Access(server)}"));
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Fact]
    public async Task Keys_that_cannot_be_fetched_are_not_the_tokens_fault()
    {
        await using var server = await LocalHostServer.Start(
            null, NotAnonymous, $"Hub:Issuers:0:Issuer={Jwt.Issuer}", "Hub:Issuers:0:Algorithm=ES256",
            "Hub:Issuers:0:JwksUri=http://127.0.0.1:1/keys");
        await server.Logs.First("The keys of Hub:Issuers:0:JwksUri could not be fetched");
        var token = Jwt.MintAccess(new { iss = Jwt.Issuer }, algorithm: "ES256") + "AAAA";
        using var answer = await server.Post("topic=a", Bearer(token));
        Assert.Equal(
            "Tokens cannot be verified just now: try again.", await answer.Problem(HttpStatusCode.ServiceUnavailable));
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    private static string Access(LocalHostServer server, params object[] details) =>
        Jwt.Access(new Uri(server.Url, HubClient.Path).AbsoluteUri, details);

    private static object PublishTo(string pattern) => new
    {
        type = Jwt.DetailType,
        actions = new[] { "publish" },
        topics = new[] { new { match = pattern, match_type = "urlpattern" } },
    };
}
