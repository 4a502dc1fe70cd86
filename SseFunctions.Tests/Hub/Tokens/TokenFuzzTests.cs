using System.Security.Cryptography;
using System.Text;
using SseFunctions.Hub;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Random tokens: each gets a result, and none causes an exception. Every run draws the same
/// numbers.</summary>
public sealed class TokenFuzzTests
{
    private const int Rounds = 10_000;
    private const string Alphabet = "ABCxyz019-_..=+/ \"'{}%\0\n\u00e9\ud800\u2028";

    private static readonly byte[] Secret = Encoding.UTF8.GetBytes(ValidatorBench.Secret);

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-0", "1E-400", "123456789012345678901234567890",
        "\"exp\"", "\"nbf\"",
        "\"mercure\"", "\"publish\"", "\"subscribe\"", "\"payload\"", "\"https://mercure.rocks/\"", "\"\\ud800\"",
        "\"\\udc00x\"", "\"\\u0000\"",
        "\"é\"", "\\", " ", "\n", "//", "/**/", "\u0001", "\"alg\"", "\"HS256\"", "\"crit\"", "\"kid\"", "\"aud\"",
        "\"iss\"", "\"hub\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ];

    [Fact]
    public async Task Random_text()
    {
        using var bench = ValidatorBench.With();
        var random = new Random(1);
        for (var i = 0; i < Rounds; i++)
        {
            var text = new string(
                [.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            await bench.Refuses(text);
        }
    }

    [Fact]
    public async Task Random_bytes_as_parts()
    {
        using var bench = ValidatorBench.With();
        var random = new Random(2);
        for (var i = 0; i < Rounds; i++)
            await bench.Refuses($"{Jws.Encode(Bytes(random))}.{Jws.Encode(Bytes(random))}.{Jws.Encode(Bytes(random))}");
    }

    [Fact]
    public async Task Signed_JSON_of_random_pieces()
    {
        using var bench = ValidatorBench.With();
        var random = new Random(3);
        for (var i = 0; i < Rounds; i++)
        {
            var claims = random.Next(2) == 0
                ? Json(random) : $$"""{"mercure":{"publish":[{{Json(random)}}]},"exp":{{Json(random)}}}""";
            await bench.Judge(Jws.Signed(Secret, claims));
            await bench.Judge(Jws.Signed(Secret, header: Json(random)));
        }
    }

    [Fact]
    public async Task Signed_claims_with_random_bytes_changed()
    {
        using var bench = ValidatorBench.With();
        var random = new Random(4);
        for (var i = 0; i < Rounds; i++)
        {
            var claims = Changed(random, """
                {"exp":1e10,"nbf":1.5,"mercure":{"publish":["*","\u00e9"],"subscribe":["a"],"payload":{"a":[1]}}}
                """);
            var header = random.Next(4) == 0
                ? Changed(random, """{"alg":"HS256","typ":"JWT","kid":"a"}""") : """{"alg":"HS256"}"""u8.ToArray();
            var result = await bench.Judge(Jws.Signed(input => Jws.Hmac("HS256", Secret, input), claims, header));
            if (result.IsValid)
            {
                Assert.DoesNotContain(
                    result.Claims.Publish, selector => selector.Contains('\0', StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Random_issuers_and_audiences_are_accepted_only_if_they_are_exactly_ours()
    {
        using var named =
            new ValidatorBench(new KeyOptions { Key = ValidatorBench.Secret, Issuer = "hub", Audience = "hub" });
        using var unnamed = ValidatorBench.With();
        var random = new Random(7);
        var accepted = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var issuer = Name(random);
            var audience = random.Next(2) == 0 ? Name(random) : $"[{Name(random)},{Name(random)}]";
            var claims = $$"""{"iss":{{issuer}},"aud":{{audience}},"a":{{Json(random)}}}""";
            var result = await named.Judge(Jws.Signed(Secret, claims));
            Assert.False((await unnamed.Judge(Jws.Signed(Secret, claims))).IsValid);
            if (!result.IsValid)
            {
                Assert.DoesNotContain(result.Reason, c => char.IsControl(c));
                continue;
            }
            accepted++;
            using var json = System.Text.Json.JsonDocument.Parse(claims);
            Assert.Equal("hub", json.RootElement.GetProperty("iss").GetString());
            var aud = json.RootElement.GetProperty("aud");
            Assert.Contains("hub", aud.ValueKind == System.Text.Json.JsonValueKind.Array
                ? aud.EnumerateArray().Select(item => item.GetString())
                : [aud.GetString()]);
        }
        Assert.NotEqual(0, accepted);

        static string Name(Random random) => random.Next(2) == 0 ? "\"hub\"" : Pieces[random.Next(Pieces.Length)];
    }

    [Fact]
    public async Task Random_signatures_of_public_keys()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var random = new Random(5);
        (string Pem, string Algorithm)[] keys =
            [(rsa.ExportSubjectPublicKeyInfoPem(), "RS256"), (ec.ExportSubjectPublicKeyInfoPem(), "ES256")];
        foreach (var (pem, algorithm) in keys)
        {
            using var bench = ValidatorBench.With(pem, algorithm);
            foreach (var length in Enumerable.Range(1, 70).Concat([128, 255, 256, 257, 512, 1000]))
                await bench.Refuses(
                    Jws.Signed(_ => Bytes(random, length), Jws.Claims, $$"""{"alg":"{{algorithm}}"}"""));
        }
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(3000, false)]
    public async Task Deep_JSON(int depth, bool accepted)
    {
        using var bench = ValidatorBench.With();
        var claims = "{\"a\":" + new string('[', depth) + new string(']', depth) + "}";
        Assert.Equal(accepted, (await bench.Judge(Jws.Signed(Secret, claims))).IsValid);
    }

    [Fact]
    public void Random_settings()
    {
        var random = new Random(6);
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        for (var i = 0; i < 500; i++)
        {
            var key = random.Next(2) == 0 ? Json(random) : Encoding.Latin1.GetString(Changed(random, pem));
            foreach (var algorithm in new[] { "HS256", "RS256", "ES256", key })
            {
                var options = new KeyOptions
                {
                    Key = key,
                    Keys = [
                    pem + key, key + pem],
                    Algorithm = algorithm,
                    Issuer = key,
                    Audience = Json(random)
                };
                if (options.Problems("Hub:Publisher").Any()) continue;
                using var bench = new ValidatorBench(options);
                Assert.True(bench.Validator.HasKeys);
            }
        }
    }

    private static string Json(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static byte[] Bytes(Random random, int? length = null)
    {
        var bytes = new byte[length ?? random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Changed(Random random, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            bytes[random.Next(bytes.Length)] =
                (byte)random.Next(256);
        }
        return bytes;
    }
}
