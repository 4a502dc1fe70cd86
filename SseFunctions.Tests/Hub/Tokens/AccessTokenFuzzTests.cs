using System.Text;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Random details of tokens: each token gets a result, and none causes an exception. Every run draws the same
/// numbers.</summary>
public sealed class AccessTokenFuzzTests
{
    private const int Rounds = 10_000;
    private const string Type = "\"https://mercure.rocks/authorization-detail\"";
    private const string Good = $$$"""
        [{"type":{{{Type}}},"actions":["publish","subscribe"],
        "topics":[{"match":"a"},{"match":"/:b","match_type":"urlpattern"}],"payload":{"x":[1]}}]
        """;

    private static readonly string[] Pieces =
    [
        "null", "true", "7", "1e999", "\"\"", "\"a\"", "\"*\"", "\"publish\"", "\"subscribe\"", "\"exact\"",
        "\"urlpattern\"", "\"\\ud800\"",
        "\"\\u0000\"", "\"\\u200b\"", "\"\\udb40\\udc01\"", "[]", "{}", "[[]]", "[null]", Type, "[\"publish\"]",
        "[{\"match\":\"a\"}]",
        "{\"match\":\"a\",\"match_type\":\"urlpattern\"}", "[[[[[[[[[[[[[[[[[[[[", "\"\\", "{\"type\":",
    ];

    [Fact]
    public async Task Details_of_random_pieces()
    {
        using var bench = new AccessTokenBench();
        var random = new Random(1);
        string Piece() => Pieces[random.Next(Pieces.Length)];
        var accepted = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var details = random.Next(4) switch
            {
                0 => Piece(),
                1 => $"[{Piece()},{Piece()}]",
                2 => $$"""[{"type":{{Type}},"actions":{{Piece()}},"topics":{{Piece()}},"payload":{{Piece()}}}]""",
                _ => $$"""
                    [{"type":{{Type}},"actions":[{{Piece()}}],
                    "topics":[{"match":{{Piece()}},"match_type":{{Piece()}}}]}]
                    """,
            };
            var result = await bench.Judge(AccessTokenBench.Token(bench.Claims(details)));
            if (result.IsValid) accepted++;
            Check(result);
        }
        Assert.InRange(accepted, 10, Rounds / 2);
    }

    [Fact]
    public async Task Good_claims_with_random_bytes_changed()
    {
        using var bench = new AccessTokenBench();
        var secret = Encoding.UTF8.GetBytes(AccessTokenBench.Secret);
        var random = new Random(2);
        for (var i = 0; i < Rounds; i++)
        {
            var claims = Encoding.UTF8.GetBytes(bench.Claims(Good));
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                claims[random.Next(claims.Length)] =
                    (byte)random.Next(256);
            }
            Check(await bench.Judge(Jws.Signed(
                input => Jws.Hmac("HS256", secret, input), claims, """{"alg":"HS256","typ":"at+jwt"}"""u8.ToArray())));
        }
    }

    [Fact]
    public async Task Random_headers_and_claims()
    {
        using var bench = new AccessTokenBench();
        var random = new Random(3);
        string Piece() => Pieces[random.Next(Pieces.Length)];
        for (var i = 0; i < Rounds; i++)
        {
            Check(await bench.Judge(
                AccessTokenBench.Token($$"""{"iss":{{Piece()}},"aud":{{Piece()}},"exp":{{Piece()}}}""")));
            Check(await bench.Judge(AccessTokenBench.Token(
                bench.Claims(Good),
                header: $$"""{"alg":"HS256","typ":"at+jwt","jwk":{{Piece()}},"kid":{{Piece()}}}""")));
        }
    }

    private static void Check(TokenResult result)
    {
        if (!result.IsValid)
        {
            Assert.DoesNotContain(result.Reason, c => char.IsControl(c));
            return;
        }
        Assert.All(result.Claims.Details, detail => Assert.NotEmpty(detail.Topics));
        Assert.All(result.Claims.Details.SelectMany(detail => detail.Topics), topic => Assert.NotEmpty(topic.Match));
        Assert.DoesNotContain(
            result.Claims.Details.SelectMany(detail => detail.Topics), topic => topic.Match.Any(char.IsControl));
    }
}
