using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

public sealed class TokenValidatorTests
{
    [Fact]
    public async Task Reads_what_a_token_says()
    {
        using var bench = ValidatorBench.With();
        var claims = await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""
            {"exp":{{bench.Now + 60}},"mercure":
              {"publish":["*"],"subscribe":["https://a.example/{id}","b"],"payload": {"user": [7, null]} } }
            """));
        Assert.Equal(["*"], claims.Publish);
        Assert.Equal(["https://a.example/{id}", "b"], claims.Subscribe);
        Assert.Equal("""{"user": [7, null]}""", claims.Payload);
        Assert.Equal(bench.Time.GetUtcNow().AddSeconds(60), claims.Expires);
    }

    [Fact]
    public async Task Accepts_the_token_that_everybody_knows_with_its_short_secret()
    {
        using var bench = ValidatorBench.With("your-256-bit-secret");
        var claims = await bench.Accepts(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
            + "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
            + "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c");
        Assert.Null(claims.Expires);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task Takes_secrets_of_any_length(string algorithm)
    {
        foreach (var length in new[] { 1, 2, 9, 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129, 300 })
        {
            var secret = new string('k', length);
            using var bench = ValidatorBench.With(secret, algorithm);
            await bench.Accepts(Jws.Signed(secret, algorithm: algorithm));
            await bench.Refuses(Jws.Signed(secret + "k", algorithm: algorithm));
        }
    }

    [Theory]
    [InlineData("HS256", 31, 32)]
    [InlineData("HS384", 47, 48)]
    [InlineData("HS512", 63, 64)]
    public void Warns_once_of_a_short_secret(string algorithm, int shortBytes, int enoughBytes)
    {
        using var weak = ValidatorBench.With(new string('k', shortBytes), algorithm);
        var entry = Assert.Single(weak.Logs.Entries);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.StartsWith(
            $"Hub:Publisher:Key has {shortBytes * 8} bits, but {algorithm} needs {enoughBytes * 8} or more",
            entry.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("kkk", entry.Message, StringComparison.Ordinal);
        using var strong = ValidatorBench.With(new string('k', enoughBytes), algorithm);
        Assert.Empty(strong.Logs.Entries);
    }

    [Fact]
    public async Task Takes_a_secret_for_its_UTF8_bytes()
    {
        using var bench = ValidatorBench.With("schlüssel-🔑");
        await bench.Accepts(Jws.Signed(Encoding.UTF8.GetBytes("schlüssel-🔑")));
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task Understands_the_tokens_of_another_maker(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (key, setting) = algorithm switch
        {
            "RS256" => ((SecurityKey)new RsaSecurityKey(rsa), rsa.ExportSubjectPublicKeyInfoPem()),
            "ES256" => (new ECDsaSecurityKey(ec), ec.ExportSubjectPublicKeyInfoPem()),
            _ => (new SymmetricSecurityKey(Encoding.UTF8.GetBytes(ValidatorBench.Secret)), ValidatorBench.Secret),
        };
        using var bench = ValidatorBench.With(setting, algorithm);
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken(Jws.Claims, new SigningCredentials(key, algorithm));
        var claims = await bench.Accepts(token);
        Assert.Equal("""{"user":7}""", claims.Payload);
    }

    [Fact]
    public async Task Takes_public_keys_in_each_form_of_PEM()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var from = DateTimeOffset.UtcNow.AddDays(-2);
        using var rsaCertificate =
            new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(from, from.AddDays(1));
        using var ecCertificate = new CertificateRequest("CN=a", ec, HashAlgorithmName.SHA256)
            .CreateSelfSigned(from, from.AddDays(1));
        string[] rsaPems =
        [
            rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem(), rsaCertificate.ExportCertificatePem(),
        ];
        foreach (var pem in rsaPems)
            await Accepts(pem, "RS256", Jws.Signed(rsa));
        foreach (var pem in new[] { ec.ExportSubjectPublicKeyInfoPem(), ecCertificate.ExportCertificatePem() })
            await Accepts(pem, "ES256", Jws.Signed(ec));

        static async Task Accepts(string pem, string algorithm, string token)
        {
            foreach (var written in new[] { pem, pem.Replace("\n", "\\n"), pem.Replace("\n", "\r\n"), $"\n {pem}\n" })
            {
                using var bench = ValidatorBench.With(written, algorithm);
                await bench.Accepts(token);
            }
        }
    }

    [Fact]
    public async Task Refuses_a_token_whose_time_is_over()
    {
        using var bench = ValidatorBench.With();
        Assert.Equal("it expired at 2026-11-22 09:59:59.000 UTC, now is 2026-11-22 10:00:00.000 UTC (exp)",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{bench.Now - 1}}}""")));
    }

    [Fact]
    public async Task A_token_ends_in_the_very_moment_that_it_names()
    {
        using var bench = ValidatorBench.With();
        var token = Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{bench.Now + 1}}.5}""");
        bench.Time.Advance(TimeSpan.FromMilliseconds(1499));
        await bench.Accepts(token);
        bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        await bench.Refuses(token);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("99999999999999999999999999")]
    [InlineData("253402300800")]
    public async Task An_end_beyond_the_calendar_is_the_calendars_end(string exp)
    {
        using var bench = ValidatorBench.With();
        Assert.Equal(
            DateTimeOffset.MaxValue,
            (await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{exp}}}"""))).Expires);
    }

    [Theory]
    [InlineData("-1e400")]
    [InlineData("-99999999999999999999999999")]
    [InlineData("-1")]
    [InlineData("0")]
    public async Task An_end_long_ago_is_over(string exp)
    {
        using var bench = ValidatorBench.With();
        Assert.StartsWith(
            "it expired at ",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{exp}}}""")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"2000000000\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task Times_are_numbers_or_the_token_is_refused(string value)
    {
        using var bench = ValidatorBench.With();
        foreach (var name in new[] { "exp", "nbf" })
        {
            Assert.Equal($"its claim {name} is not a number (seconds since 1970)",
                await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"{{name}}":{{value}}}""")));
        }
    }

    [Fact]
    public async Task Without_a_key_every_token_is_refused()
    {
        using var bench = ValidatorBench.With(key: null);
        Assert.False(bench.Validator.HasKeys);
        Assert.Equal(
            "there is no key to verify it with: Hub:Publisher:Key is not set", await bench.Refuses(Jws.Signed("k")));
    }

    [Fact]
    public void Keys_with_problems_make_no_validator() =>
        Assert.Throws<ArgumentException>(() => ValidatorBench.With("not PEM", "RS256"));

    [Fact]
    public async Task Many_threads_may_ask_at_once()
    {
        using var rsa = RSA.Create(2048);
        using var bench = ValidatorBench.With(rsa.ExportSubjectPublicKeyInfoPem(), "RS256");
        var good = Jws.Signed(rsa);
        var bad = good[..^8] + "AAAAAAAA";
        var cancellationToken = TestContext.Current.CancellationToken;
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                if (!(await bench.Validate(good, cancellationToken)).IsValid
                    || (await bench.Validate(bad, cancellationToken)).IsValid) return false;
            }
            return true;
        }, cancellationToken)));
        Assert.All(results, Assert.True);
    }
}
