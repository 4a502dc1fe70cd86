using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Tokens;

public sealed class JwksKeysTests : IDisposable
{
    private const string Unavailable =
        "the keys of Hub:Publisher:JwksUri could not be fetched, so it cannot be verified";
    private const string DoesNotFit = "its signature does not match a key of Hub:Publisher:JwksUri";

    // Tokens without this issuer and audience are refused.
    private const string Claims = """
        {"iss":"https://login.example/","aud":["https://hub.example"],"mercure":{"publish":["*"]}}
        """;

    // Created once, because creating a key takes a quarter of a second.
    private static readonly RSA Now = RSA.Create(2048);
    private static readonly RSA Next = RSA.Create(2048);
    private static readonly ECDsa Curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly KeyServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Verifies_with_the_key_that_the_token_names()
    {
        _server.Body = Set(Jwk(Now, "a"), Jwk(Next, "b"), Jwk(Curve, "c"));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
        await bench.Accepts(Token(Next, "b"));
        Assert.Equal(DoesNotFit, await bench.Refuses(Token(Now, "b")));
        Assert.Equal(1, _server.Asked);
    }

    [Theory]
    [InlineData(
        """{"iss":"https://login.example/","aud":"https://payroll.example"}""",
        "it is for 'https://payroll.example' (aud)")]
    [InlineData("""{"iss":"https://login.example/"}""", "it does not name its audience (aud)")]
    [InlineData(
        """{"iss":"https://login.example/tenant2","aud":"https://hub.example"}""",
        "its issuer is 'https://login.example/tenant2' (iss)")]
    [InlineData("""{"aud":"https://hub.example"}""", "it does not name its issuer (iss)")]
    public async Task A_token_that_the_provider_made_for_something_else_is_refused(string claims, string reason)
    {
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        Assert.StartsWith(reason, await bench.Refuses(Token(Now, "a", claims)), StringComparison.Ordinal);
        await bench.Accepts(Token(Now, "a"));
    }

    [Fact]
    public async Task Tries_all_on_a_token_that_names_none()
    {
        _server.Body = Set(Jwk(Now, "a"), Jwk(Next, "b"));
        using var bench = Bench();
        await bench.Accepts(Jws.Signed(Next, Claims));
        using var stranger = RSA.Create(2048);
        Assert.Equal(DoesNotFit, await bench.Refuses(Jws.Signed(stranger, Claims)));
    }

    [Fact]
    public async Task But_not_hundreds()
    {
        _server.Body = Set([.. Enumerable.Range(0, 11).Select(i => Jwk(Now, $"{i}"))]);
        using var bench = Bench();
        Assert.Equal(
            "it does not say which of the 11 keys of Hub:Publisher:JwksUri it is signed with (kid)",
            await bench.Refuses(Jws.Signed(Now, Claims)));
        await bench.Accepts(Token(Now, "10"));
    }

    [Fact]
    public async Task Verifies_the_example_of_RFC_7515_A_3()
    {
        _server.Body = Set("""
            {"kty":"EC","crv":"P-256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
            """);
        using var bench = Bench("ES256");
        // The signature is valid, and the token of the RFC's example expired long ago.
        const string token = "eyJhbGciOiJFUzI1NiJ9."
            + "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        Assert.StartsWith(
            "it expired at 2011-03-22 18:43:00.000 UTC", await bench.Refuses(token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"use\":\"enc\"")]
    [InlineData("\"alg\":\"RS512\"")]
    [InlineData("\"alg\":\"HS256\"")]
    [InlineData("\"key_ops\":[\"encrypt\"]")]
    public async Task Passes_over_keys_that_are_meant_for_something_else(string member)
    {
        _server.Body = Set(Jwk(Now, "a", member));
        using var bench = Bench();
        Assert.Equal("Hub:Publisher:JwksUri has no key for RS256 (1 other keys)", await bench.Refuses(Token(Now, "a")));
    }

    [Theory]
    [InlineData("\"use\":\"sig\"")]
    [InlineData("\"alg\":\"RS256\"")]
    [InlineData("\"key_ops\":[\"verify\"]")]
    public async Task Takes_keys_that_are_meant_for_it(string member)
    {
        _server.Body = Set(Jwk(Now, "a", member));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
    }

    [Fact]
    public async Task A_broken_key_spoils_no_other()
    {
        using var small = RSA.Create(1024);
        var secret = """{"kty":"oct","kid":"s","k":"c2VjcmV0","alg":"RS256"}""";
        _server.Body = Set(
            "7",
            "null",
            "{}",
            """{"kty":5}""",
            """{"kty":"RSA","kid":"x","n":"!!","e":"AQAB"}""",
            """{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""",
            """{"kty":"OKP","crv":"Ed25519","x":"AA"}""",
            secret,
            Jwk(small, "small"),
            Jwk(Now, "a"));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
        await bench.Refuses(Token(small, "small"));
        await bench.Refuses(Jws.Signed("secret", Claims, header: """{"alg":"RS256","kid":"s"}"""));
    }

    [Fact]
    public async Task Keeps_the_keys_for_ten_minutes()
    {
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
        bench.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await bench.Accepts(Token(Now, "a"));
        Assert.Equal(1, _server.Asked);
        _server.Body = Set(Jwk(Next, "b"));
        bench.Time.Advance(TimeSpan.FromTicks(1));
        await bench.Refuses(Token(Now, "a"));
        Assert.Equal(2, _server.Asked);
    }

    [Fact]
    public async Task Fetches_at_once_for_an_unknown_key_but_not_more_often_than_each_30_seconds()
    {
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        _server.Body = Set(Jwk(Now, "a"), Jwk(Next, "b"));
        await bench.Accepts(Token(Next, "b"));
        Assert.Equal(2, _server.Asked);
        for (var i = 0; i < 10; i++)
            Assert.Equal(
                "it names the key 'c' (kid), and Hub:Publisher:JwksUri has no such key for RS256",
                await bench.Refuses(Token(Next, "c")));
        bench.Time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        await bench.Refuses(Token(Next, "d"));
        Assert.Equal(2, _server.Asked);
        bench.Time.Advance(TimeSpan.FromTicks(1));
        await bench.Refuses(Token(Next, "d"));
        Assert.Equal(3, _server.Asked);
    }

    [Fact]
    public async Task However_many_wait_for_the_keys_they_are_fetched_once()
    {
        _server.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        var token = Token(Now, "a");
        var waiting = Enumerable.Range(0, 100).Select(_ => Task.Run(() => bench.Accepts(token))).ToArray();
        await _server.Reached.Task.Within("question for the keys");
        _server.Gate.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(1, _server.Asked);
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_end_it_for_the_others()
    {
        _server.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        using var gone = new CancellationTokenSource();
        var first = bench.Validate(Token(Now, "a"), gone.Token);
        await _server.Reached.Task.Within("question for the keys");
        var second = bench.Accepts(Token(Now, "a"));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _server.Gate.SetResult();
        await second;
        Assert.Equal(1, _server.Asked);
    }

    [Fact]
    public async Task While_the_keys_cannot_be_fetched_those_held_stay_in_use()
    {
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
        _server.Failure = new HttpRequestException("nobody there");
        bench.Time.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < 10; i++) await bench.Accepts(Token(Now, "a"));
        Assert.Equal(2, _server.Asked);
        Assert.Equal("nobody there", Assert.Single(bench.Logs.Entries).Exception?.Message);
        _server.Failure = null;
        _server.Body = Set(Jwk(Next, "b"));
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await bench.Accepts(Token(Next, "b"));
        await bench.Refuses(Token(Now, "a"));
    }

    [Fact]
    public async Task Once_they_could_not_be_fetched_nobody_waits_for_the_next_attempt()
    {
        _server.Body = Set(Jwk(Now, "a"));
        using var bench = Bench();
        await bench.Accepts(Token(Now, "a"));
        _server.Failure = new HttpRequestException("nobody there");
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        await bench.Accepts(Token(Now, "a"));
        _server.Gate = new TaskCompletionSource();
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await bench.Accepts(Token(Now, "a"));
    }

    [Fact]
    public async Task Without_any_key_it_says_so_and_tries_again_soon()
    {
        _server.Failure = new IOException("no network");
        using var bench = Bench();
        var result = await bench.Judge(Token(Now, "a"));
        Assert.Equal(Unavailable, result.Reason);
        Assert.True(result.KeysUnavailable);
        await bench.Refuses(Token(Now, "a"));
        Assert.Equal(1, _server.Asked);
        _server.Failure = null;
        _server.Body = Set(Jwk(Now, "a"));
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        await bench.Accepts(Token(Now, "a"));
        Assert.False((await bench.Judge("x")).KeysUnavailable);
    }

    [Fact]
    public async Task Waits_ten_seconds_at_most()
    {
        _server.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var bench = Bench();
        var judging = bench.Judge(Token(Now, "a"));
        await _server.Reached.Task.Within("question for the keys");
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Unavailable, (await judging).Reason);
        Assert.Contains(
            ": there was no answer within 10 s.", Assert.Single(bench.Logs.Entries).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "its answer is not a JSON Web Key Set")]
    [InlineData("<html>", "its answer is not a JSON Web Key Set")]
    [InlineData("[]", "its answer is not a JSON Web Key Set")]
    [InlineData("""{"issuer":"https://a.example"}""", "its answer is not a JSON Web Key Set")]
    [InlineData("""{"keys":{}}""", "its answer is not a JSON Web Key Set")]
    public async Task Says_what_was_found_instead_of_a_key_set(string body, string why)
    {
        _server.Body = body;
        using var bench = Bench();
        Assert.Equal(Unavailable, await bench.Refuses(Token(Now, "a")));
        var entry = Assert.Single(bench.Logs.Entries);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Equal(
            $"The keys of Hub:Publisher:JwksUri could not be fetched: {why}. "
                + "The hub uses earlier keys, if any, and tries again",
            entry.Message);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.NoContent)]
    public async Task Only_200_brings_keys(HttpStatusCode status)
    {
        _server.Body = Set(Jwk(Now, "a"));
        _server.Status = status;
        using var bench = Bench();
        Assert.Equal(Unavailable, await bench.Refuses(Token(Now, "a")));
        Assert.Contains(
            $"it answered {(int)status}.", Assert.Single(bench.Logs.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetches_over_HTTP_follows_no_redirect_and_reads_no_more_than_a_megabyte()
    {
        var set = Set(Jwk(Now, "a"));
        var followed = false;
        await using var application = WebApplication.CreateSlimBuilder().Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.MapGet("/keys", () => Results.Text(set));
        application.MapGet("/moved", () => Results.Redirect("/target"));
        application.MapGet("/target", () =>
        {
            followed = true;
            return Results.Text(set);
        });
        application.MapGet("/large", () => Results.Text(set + new string(' ', 1024 * 1024)));
        await application.StartAsync(TestContext.Current.CancellationToken);
        var url = new Uri(application.Urls.First());

        using (var bench = Bench(url, "/keys")) await bench.Accepts(Token(Now, "a"));
        using (var bench = Bench(url, "/moved"))
        {
            Assert.Equal(Unavailable, await bench.Refuses(Token(Now, "a")));
            Assert.Contains(
                "it answered 302, a redirect, which is not followed",
                Assert.Single(bench.Logs.Entries).Message,
                StringComparison.Ordinal);
            Assert.False(followed);
        }
        using (var bench = Bench(url, "/large"))
        {
            Assert.Equal(Unavailable, await bench.Refuses(Token(Now, "a")));
            Assert.IsType<HttpRequestException>(Assert.Single(bench.Logs.Entries).Exception);
        }

        static ValidatorBench Bench(Uri url, string path) => new(Options("RS256", new Uri(url, path)));
    }

    private ValidatorBench Bench(string algorithm = "RS256") =>
        new(Options(algorithm, new Uri("https://keys.example/jwks")), null, _server);

    private static KeyOptions Options(string algorithm, Uri uri) => new()
    {
        Algorithm = algorithm,
        JwksUri = uri,
        Issuer = "https://login.example/",
        Audience = "https://hub.example",
    };

    private static string Token(RSA key, string id, string claims = Claims) =>
        Jws.Signed(key, claims, $$"""{"alg":"RS256","kid":"{{id}}"}""");

    private static string Set(params string[] keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";

    private static string Jwk(RSA key, string id, string? member = null)
    {
        var numbers = key.ExportParameters(false);
        var (n, e) = (Jws.Encode(numbers.Modulus!), Jws.Encode(numbers.Exponent!));
        return $$"""{"kty":"RSA","kid":"{{id}}","n":"{{n}}","e":"{{e}}"{{(member is null ? "" : "," + member)}}}""";
    }

    private static string Jwk(ECDsa key, string id)
    {
        var numbers = key.ExportParameters(false);
        var (x, y) = (Jws.Encode(numbers.Q.X!), Jws.Encode(numbers.Q.Y!));
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{id}}","x":"{{x}}","y":"{{y}}"}""";
    }
}
