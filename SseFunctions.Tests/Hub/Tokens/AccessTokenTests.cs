using Microsoft.Extensions.Logging;
using SseFunctions.Hub;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Tokens of Mercure 1.0 that are accepted, and which protocol a token belongs to.</summary>
public sealed class AccessTokenTests
{
    private const string Type = "https://mercure.rocks/authorization-detail";

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("AT+JWT")]
    [InlineData("application/at+jwt")]
    [InlineData("Application/At+Jwt")]
    public async Task An_access_token_is_recognized_by_its_type(string typ)
    {
        using var bench = new AccessTokenBench();
        var claims = await bench.Accepts(
            AccessTokenBench.Token(bench.Claims(), header: $$"""{"typ":"{{typ}}","alg":"HS256"}"""));
        Assert.True(claims.IsAccessToken);
    }

    [Theory]
    [InlineData("\"JWT\"")]
    [InlineData("\"at-jwt\"")]
    [InlineData("\"at+jwt \"")]
    [InlineData("\"application/jwt\"")]
    [InlineData("\"x/at+jwt\"")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[\"at+jwt\"]")]
    [InlineData("\"\\ud800\"")]
    public async Task A_token_of_any_other_type_is_one_of_0_x(string typ)
    {
        using var bench = new AccessTokenBench();
        var header = $$"""{"typ":{{typ}},"alg":"HS256"}""";
        var claims = await bench.Accepts(
            AccessTokenBench.Token("""{"mercure":{"publish":["*"]}}""", AccessTokenBench.PublisherSecret, header));
        Assert.False(claims.IsAccessToken);
        Assert.Equal(["*"], claims.Publish);
        Assert.Empty(claims.Details);
        Assert.StartsWith("its signature does not match Hub:Publisher:Key",
            await bench.Refuses(AccessTokenBench.Token(bench.Claims(), header: header)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_what_the_details_say()
    {
        using var bench = new AccessTokenBench();
        var claims = await bench.Accepts(AccessTokenBench.Token(bench.Claims($$"""
            [
              {"type":"{{Type}}","actions":["publish"],
               "topics":[{"match":"https://a.example/1"},{"match":"https://a.example/:id","match_type":"urlpattern"}]},
              {"type":"https://other.example","actions":7,"topics":null},
              {"type":"{{Type}}","actions":["subscribe","archive","publish"],
               "topics":[{"match":"*","match_type":"exact"}],"payload": {"user": [7, null]} },
              {"type":"{{Type}}","actions":["archive"],
               "topics":[{"match":"é \"x\"","more":1}],"payload":null,"locations":["x"]}
            ]
            """)));
        Assert.Collection(
            claims.Details,
            detail =>
            {
                Assert.Equal((true, false, (string?)null), (detail.Publish, detail.Subscribe, detail.Payload));
                Assert.Equal(
                    [
                        new TopicGrant("https://a.example/1", GrantType.Exact),
                        new TopicGrant("https://a.example/:id", GrantType.UrlPattern),
                    ],
                    detail.Topics);
            },
            detail =>
            {
                Assert.Equal(
                    (true, true, """{"user": [7, null]}"""), (detail.Publish, detail.Subscribe, detail.Payload));
                Assert.Equal([new TopicGrant("*", GrantType.Exact)], detail.Topics);
            },
            detail =>
            {
                Assert.Equal((false, false, "null"), (detail.Publish, detail.Subscribe, detail.Payload));
                Assert.Equal([new TopicGrant("é \"x\"", GrantType.Exact)], detail.Topics);
            });
        Assert.Equal(bench.Time.GetUtcNow().AddSeconds(60), claims.Expires);
        Assert.Empty(claims.Publish);
        Assert.Empty(claims.Subscribe);
        Assert.Null(claims.Payload);
    }

    [Fact]
    public async Task Says_which_right_a_token_lacks()
    {
        using var bench = new AccessTokenBench();
        foreach (var none in new[] { null, "[]", """[{"type":"https://other.example"}]""" })
        {
            var claims = await bench.Accepts(AccessTokenBench.Token(bench.Claims(none)));
            Assert.Empty(claims.Details);
            Assert.Equal(
                $"its claim authorization_details is absent or has no entry of the type {Type}, so it gives no rights",
                claims.WhyNotPublish);
            Assert.Equal(claims.WhyNotPublish, claims.WhyNotSubscribe);
        }
        var some = await bench.Accepts(AccessTokenBench.Token(
            bench.Claims($$"""[{"type":"{{Type}}","actions":["subscribe"],"topics":[{"match":"a"}]}]""")));
        Assert.Equal("no entry of its claim authorization_details has the action publish", some.WhyNotPublish);
        Assert.Equal(
            "no topic of the 1 entries of its claim authorization_details with the action subscribe matches",
            some.WhyNotSubscribe);
    }

    [Fact]
    public async Task The_claim_of_0_x_gives_no_right()
    {
        using var bench = new AccessTokenBench();
        var claims = await bench.Accepts(AccessTokenBench.Token(bench.Claims(
            """[],"mercure":{"publish":["*"],"subscribe":["*"],"payload":1},"https://mercure.rocks/":7""")));
        Assert.Empty(claims.Publish);
        Assert.Empty(claims.Subscribe);
        Assert.Null(claims.Payload);
    }

    [Theory]
    [InlineData("\"https://hub.example/.well-known/mercure\"")]
    [InlineData("[\"https://hub.example/.well-known/mercure\"]")]
    [InlineData("[\"https://payroll.example\",\"https://hub.example/.well-known/mercure\"]")]
    public async Task The_audience_is_a_text_or_an_array(string aud)
    {
        using var bench = new AccessTokenBench();
        await bench.Accepts(AccessTokenBench.Token(
            $$"""{"iss":"{{AccessTokenBench.Issuer}}","exp":{{bench.Now + 1}},"aud":{{aud}}}"""));
    }

    [Fact]
    public async Task Each_issuer_has_its_own_keys_and_algorithm()
    {
        using var bench = new AccessTokenBench();
        const string es256 = """{"alg":"ES256","typ":"at+jwt"}""";
        await bench.Accepts(
            AccessTokenBench.Token(bench.Claims(issuer: AccessTokenBench.OtherIssuer), AccessTokenBench.OtherSecret));
        await bench.Accepts(Jws.Signed(bench.Signer, bench.Claims(issuer: AccessTokenBench.KeyedIssuer), es256));
        Assert.Equal("its signature does not match Hub:Issuers:0:Key",
            await bench.Refuses(AccessTokenBench.Token(bench.Claims(), AccessTokenBench.OtherSecret)));
        Assert.Equal("its signature does not match any of the 2 keys of Hub:Issuers:1",
            await bench.Refuses(AccessTokenBench.Token(bench.Claims(issuer: AccessTokenBench.OtherIssuer))));
        Assert.Equal("it is signed with HS256, but Hub:Issuers:2:Algorithm is ES256",
            await bench.Refuses(AccessTokenBench.Token(bench.Claims(issuer: AccessTokenBench.KeyedIssuer))));
        Assert.Equal(
            "it is signed with ES256, but Hub:Issuers:0:Algorithm is HS256",
            await bench.Refuses(Jws.Signed(bench.Signer, bench.Claims(), es256)));
    }

    // Everybody knows the public key. A token that is signed with it, as the secret of an HMAC, must be refused.
    [Fact]
    public async Task The_public_key_of_an_issuer_is_not_a_secret()
    {
        using var bench = new AccessTokenBench();
        var claims = bench.Claims(issuer: AccessTokenBench.KeyedIssuer);
        var pem = bench.Signer.ExportSubjectPublicKeyInfoPem();
        await bench.Refuses(AccessTokenBench.Token(claims, pem));
        await bench.Refuses(AccessTokenBench.Token(claims, pem, """{"alg":"ES256","typ":"at+jwt"}"""));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_has_the_leeway_of_0_x()
    {
        using var bench = new AccessTokenBench();
        string Token(int ahead) => AccessTokenBench.Token(bench.Claims($"""[],"nbf":{bench.Now + ahead}"""));
        await bench.Accepts(Token(10));
        Assert.StartsWith(
            "it is not valid before 2026-11-22 10:00:11.000 UTC",
            await bench.Refuses(Token(11)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Milliseconds_are_hinted_at_once_for_each_issuer()
    {
        using var bench = new AccessTokenBench();
        var token = AccessTokenBench.Token(
            $$"""{"iss":"{{AccessTokenBench.Issuer}}","aud":"{{AccessTokenBench.Resource}}","exp":{{bench.Now}}000}""");
        await bench.Accepts(token);
        await bench.Accepts(token);
        var line = Assert.Single(bench.Logs.Entries);
        Assert.StartsWith(
            "A token of Hub:Issuers:0 was accepted, but its claim exp seems to be in milliseconds",
            line.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protocol_that_is_off_refuses_its_tokens_and_says_so()
    {
        using var onlyV1 = new AccessTokenBench(speaksV0: false);
        var old = Jws.Signed(AccessTokenBench.PublisherSecret);
        Assert.Equal(
            "its typ is not at+jwt, so it is a token of Mercure 0.x, and Hub:Dialects does not contain 0.x",
            await onlyV1.Refuses(old));
        await onlyV1.Accepts(AccessTokenBench.Token(onlyV1.Claims()));
        using var onlyV0 = new AccessTokenBench(speaksV1: false);
        Assert.Equal(
            "it is a token of Mercure 1.0 (typ), and Hub:Dialects does not contain 1.0",
            await onlyV0.Refuses(AccessTokenBench.Token(onlyV0.Claims())));
        await onlyV0.Accepts(old);
    }

    [Fact]
    public async Task Without_an_issuer_no_access_token_is_valid()
    {
        using var bench = new AccessTokenBench(issuers: [new IssuerOptions()]);
        Assert.Equal("it is a token of Mercure 1.0 (typ), and Hub:Issuers names no trusted issuer",
            await bench.Refuses(AccessTokenBench.Token(bench.Claims())));
    }

    [Fact]
    public async Task An_access_token_in_the_query_is_refused_however_good_it_is()
    {
        using var bench = new AccessTokenBench();
        var result = await bench.Judge(AccessTokenBench.Token(bench.Claims()), TokenSource.Query);
        Assert.Equal("it is a token of Mercure 1.0 (typ), which must not be in the URL", result.Reason);
        Assert.Equal((TokenDialect.V1, TokenFault.Presentation), (result.Dialect, result.Fault));
        await bench.Accepts(Jws.Signed(AccessTokenBench.PublisherSecret), TokenSource.Query);
        await bench.Accepts(AccessTokenBench.Token(bench.Claims()), TokenSource.Cookie);
    }

    [Fact]
    public async Task One_URL_pattern_that_does_not_compile_rejects_the_token()
    {
        var asked = new List<string>();
        using var bench = new AccessTokenBench(urlPatternProblem: pattern =>
        {
            asked.Add(pattern);
            return pattern == "(" ? "has a group without an end" : null;
        });
        string Token(string topic) => AccessTokenBench.Token(bench.Claims($$"""
            [{"type":"{{Type}}","actions":["subscribe"],
            "topics":[{"match":"good","match_type":"urlpattern"},{{topic}}]}]
            """));
        Assert.Equal(
            "its claim authorization_details[0].topics[1].match is not a valid URL pattern: "
                + "it has a group without an end",
            await bench.Refuses(Token("""{"match":"(","match_type":"urlpattern"}""")));
        Assert.Equal(["good", "("], asked);
        asked.Clear();
        // The text * means every topic, whatever the type is. A text that is compared exactly need not be a valid
        // pattern.
        await bench.Accepts(Token("""{"match":"*","match_type":"urlpattern"},{"match":"("}"""));
        Assert.Equal(["good"], asked);
    }

    [Fact]
    public void A_short_secret_of_an_issuer_is_warned_of()
    {
        using var bench = new AccessTokenBench(issuers: [new IssuerOptions { Issuer = "i", Key = "short" }]);
        var line = Assert.Single(bench.Logs.Entries);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.StartsWith("Hub:Issuers:0:Key has 40 bits", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slip_with_the_key_is_named()
    {
        using var bench = new AccessTokenBench();
        Assert.Contains(
            "Hub:Issuers:0:Key and a line break after it",
            await bench.Refuses(AccessTokenBench.Token(bench.Claims(), AccessTokenBench.Secret + "\n")),
            StringComparison.Ordinal);
    }
}
