using System.Security.Cryptography;
using System.Text;
using SseFunctions.Hub;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Attacks, and honest mistakes that look like attacks, each with the reason that the log has.</summary>
public sealed class TokenAttackTests
{
    private const string Secret = ValidatorBench.Secret;
    private const string DoesNotFit = "its signature does not match Hub:Publisher:Key";

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    public async Task No_algorithm_is_no_signature(string none)
    {
        using var bench = ValidatorBench.With();
        var header = $$"""{"alg":"{{none}}"}""";
        Assert.Equal("it has no signature: nothing follows its second dot",
            await bench.Refuses($"{Jws.Encode(header)}.{Jws.Encode(Jws.Claims)}."));
        Assert.Equal("it is not signed (its alg is none), but Hub:Publisher:Algorithm is HS256",
            await bench.Refuses(Jws.Signed(Secret, header: header)));
    }

    [Fact]
    public async Task A_public_key_is_not_taken_for_a_shared_secret()
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        using var bench = ValidatorBench.With(pem, "RS256");
        Assert.Equal(
            "it is signed with HS256, but Hub:Publisher:Algorithm is RS256", await bench.Refuses(Jws.Signed(pem)));
        await bench.Refuses(Jws.Signed(pem, header: """{"alg":"RS256"}"""));
        await bench.Accepts(Jws.Signed(rsa));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("HS512")]
    [InlineData("hs256")]
    [InlineData("")]
    [InlineData("HS256\\u0000")]
    public async Task The_algorithm_is_the_configurations(string algorithm)
    {
        using var bench = ValidatorBench.With();
        var reason = await bench.Refuses(Jws.Signed(Secret, header: $$"""{"alg":"{{algorithm}}"}"""));
        Assert.StartsWith("it is signed with ", reason, StringComparison.Ordinal);
        Assert.EndsWith(", but Hub:Publisher:Algorithm is HS256", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task A_code_of_another_hash_under_the_right_name_does_not_fit(string algorithm)
    {
        using var bench = ValidatorBench.With(algorithm: algorithm);
        foreach (var other in new[] { "HS256", "HS384", "HS512" }.Where(other => other != algorithm))
            Assert.Equal(
                DoesNotFit,
                await bench.Refuses(Jws.Signed(Secret, algorithm: other, header: $$"""{"alg":"{{algorithm}}"}""")));
    }

    [Fact]
    public async Task A_changed_bit_anywhere_is_seen()
    {
        using var bench = ValidatorBench.With();
        var token = Jws.Signed(Secret);
        var lastDot = token.LastIndexOf('.');
        for (var i = 0; i < token.Length; i++)
        {
            // The last character of a part has unused bits, so a change may leave the decoded bytes the same.
            if (token[i] == '.' || i + 1 == token.Length || token[i + 1] == '.') continue;
            var changed = token[i] == 'A' ? 'B' : 'A';
            await bench.Refuses(token[..i] + changed + token[(i + 1)..]);
        }
        var header = token[..token.IndexOf('.', StringComparison.Ordinal)];
        var claims = Jws.Encode("""{"mercure":{"publish":["x"]}}""");
        Assert.Equal(DoesNotFit, await bench.Refuses($"{header}.{claims}{token[lastDot..]}"));
    }

    [Fact]
    public async Task A_signature_that_is_stripped_or_cut_is_none()
    {
        using var bench = ValidatorBench.With();
        var token = Jws.Signed(Secret);
        var stripped = token[..token.LastIndexOf('.')];
        Assert.Equal("it has no signature: nothing follows its second dot", await bench.Refuses(stripped + "."));
        Assert.Equal("it is not three base64url parts joined by dots: it has 2", await bench.Refuses(stripped));
        for (var cut = 1; cut < 43; cut++) await bench.Refuses(token[..^cut]);
        await bench.Refuses(token + "AAAA");
    }

    [Theory]
    [InlineData(" {0}", ": character 1 is U+0020")]
    [InlineData("{0} ", ": character END is U+0020")]
    [InlineData("{0}\n", ": character END is U+000A")]
    [InlineData("{0}%2E", ": character END is U+0025")]
    [InlineData("{0}é", ": character END is U+00E9")]
    [InlineData("a+b.{0}", ": character 2 is U+002B")]
    [InlineData("{0}=", ": it has padding (=), which base64url in tokens must not have")]
    [InlineData("{0}.", ": it has 4")]
    [InlineData("x", ": it has 1")]
    [InlineData(".", ": it has 2")]
    public async Task What_is_not_exactly_three_parts_of_base64url_is_refused(string form, string why)
    {
        using var bench = ValidatorBench.With();
        var token = Jws.Signed(Secret);
        why = why.Replace("END", $"{token.Length + 1}", StringComparison.Ordinal);
        Assert.Equal(
            $"it is not three base64url parts joined by dots{why}",
            await bench.Refuses(form.Replace("{0}", token, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_encrypted_token_is_called_that()
    {
        using var bench = ValidatorBench.With();
        Assert.Equal("it is encrypted (five parts joined by dots): send a signed token, which has three parts",
            await bench.Refuses(Jws.Signed(Secret) + ".a.b"));
    }

    [Theory]
    [InlineData("Bearer {0}", "it starts with 'Bearer ': send that word only once")]
    [InlineData("\"{0}\"", "it is in quotes: send it without quotes")]
    [InlineData("'{0}'", "it is in quotes: send it without quotes")]
    [InlineData("", "it is empty")]
    public async Task Names_the_slips_in_sending(string form, string expected)
    {
        using var bench = ValidatorBench.With();
        Assert.Equal(expected, await bench.Refuses(form.Replace("{0}", Jws.Signed(Secret), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Too_long_a_token_is_not_looked_at()
    {
        using var bench = ValidatorBench.With();
        Assert.Equal("it has 16385 characters: at most 16384 are allowed", await bench.Refuses(new string('a', 16385)));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","crit":["exp"],"exp":1}""")]
    [InlineData("""{"alg":"HS256","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"HS256","crit":[]}""")]
    [InlineData("""{"alg":"HS256","crit":null}""")]
    public async Task What_is_critical_and_unknown_is_refused(string header)
    {
        using var bench = ValidatorBench.With();
        Assert.Equal(
            "its header has critical extensions (crit), and the hub supports none",
            await bench.Refuses(Jws.Signed(Secret, header: header)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"HS256\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"alg\":null}")]
    [InlineData("{\"alg\":[\"HS256\"]}")]
    [InlineData("{\"alg\":\"\\ud800\"}")]
    [InlineData("{\"ALG\":\"HS256\"}")]
    [InlineData("{\"alg\":\"none\",\"alg\":\"HS256\"}")]
    [InlineData("{\"alg\":\"HS256\",\"kid\":1}")]
    [InlineData("{\"alg\":\"HS256\"")]
    [InlineData("{\"alg\":\"HS256\"} {}")]
    [InlineData("")]
    [InlineData("\ufeff{\"alg\":\"HS256\"}")]
    public async Task A_header_that_is_not_plain_is_refused(string header)
    {
        using var bench = ValidatorBench.With();
        Assert.StartsWith(
            "its header", await bench.Refuses(Jws.Signed(Secret, header: header)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_the_token_brings_along_is_ignored()
    {
        using var ours = RSA.Create(2048);
        using var theirs = RSA.Create(2048);
        var numbers = theirs.ExportParameters(false);
        var jwk = $$"""{"kty":"RSA","n":"{{Jws.Encode(numbers.Modulus!)}}","e":"{{Jws.Encode(numbers.Exponent!)}}"}""";
        var header = $$"""
            {"alg":"RS256","jwk":{{jwk}},"jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/","kid":"../../dev/null"}
            """;
        using var bench = ValidatorBench.With(ours.ExportSubjectPublicKeyInfoPem(), "RS256");
        Assert.Equal(DoesNotFit, await bench.Refuses(Jws.Signed(theirs, header: header)));
        await bench.Accepts(Jws.Signed(ours, header: header));
    }

    [Fact]
    public async Task A_signature_in_another_encoding_does_not_fit()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bench = ValidatorBench.With(ec.ExportSubjectPublicKeyInfoPem(), "ES256");
        const string header = """{"alg":"ES256"}""";
        Func<byte[], byte[]> signInDer =
            input => ec.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Assert.Equal(DoesNotFit, await bench.Refuses(Jws.Signed(signInDer, Jws.Claims, header)));
        // All zeros: the signature that Java accepted for every token (CVE-2022-21449).
        Assert.Equal(DoesNotFit, await bench.Refuses(Jws.Signed(_ => new byte[64], Jws.Claims, header)));
    }

    [Fact]
    public async Task The_other_roles_key_does_not_fit_and_is_named()
    {
        var other = new RoleKeys("Hub:Subscriber", new KeyOptions { Key = "the subscribers' secret" });
        using var bench = ValidatorBench.With(other: other);
        Assert.Equal($"{DoesNotFit}: it is signed with Hub:Subscriber:Key, the key of the other role",
            await bench.Refuses(Jws.Signed("the subscribers' secret")));
        Assert.Equal(DoesNotFit, await bench.Refuses(Jws.Signed("nobody's secret")));
    }

    [Fact]
    public async Task Names_the_slips_with_a_secret()
    {
        const string secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==";
        using var bench = ValidatorBench.With(secret);
        Assert.StartsWith($"{DoesNotFit}: it is signed with Hub:Publisher:Key decoded from base64",
            await bench.Refuses(Jws.Signed(Convert.FromBase64String(secret))), StringComparison.Ordinal);
        Assert.Equal($"{DoesNotFit}: it is signed with Hub:Publisher:Key written in base64: sign with the text itself",
            await bench.Refuses(Jws.Signed(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)))));
        Assert.StartsWith($"{DoesNotFit}: it is signed with Hub:Publisher:Key and a line break after it",
            await bench.Refuses(Jws.Signed(secret + "\n")), StringComparison.Ordinal);
        using var quoted = ValidatorBench.With("\"in quotes\"");
        Assert.StartsWith(
            $"{DoesNotFit}: it is signed with Hub:Publisher:Key without the white space or quotes around it",
            await quoted.Refuses(Jws.Signed("in quotes")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_signed_says_nothing_of_its_audience()
    {
        using var bench = new ValidatorBench(
            new KeyOptions { Key = Secret, Issuer = "https://login.example", Audience = "https://hub.example" });
        string[] guesses =
        [
            """{"iss":"https://login.example","aud":"https://hub.example"}""",
            """{"aud":"https://payroll.example"}""",
        ];
        foreach (var claims in guesses)
            Assert.Equal(DoesNotFit, await bench.Refuses(Jws.Signed("a guess", claims)));
    }

    [Theory]
    [InlineData("{\"aud\":[\"https://payroll.example\"],\"\\u0061ud\":[\"https://hub.example\"]}")]
    [InlineData("{\"aud\":\"https://payroll.example\",\"AUD\":\"https://hub.example\"}")]
    [InlineData("{\"aud\":\"https://payroll.example\",\"mercure\":{\"aud\":\"https://hub.example\"}}")]
    [InlineData("{\"aud\":[[\"https://hub.example\"]]}")]
    [InlineData("{\"aud\":{\"https://hub.example\":true}}")]
    [InlineData("{\"aud\":\"[\\\"https://hub.example\\\"]\"}")]
    [InlineData("{\"aud\":\"https://payroll.example,https://hub.example\"}")]
    [InlineData("{\"aud\":\"https://payroll.example\",\"azp\":\"https://hub.example\",\"client_id\":\"https://"
        + "hub.example\",\"resource\":\"https://hub.example\"}")]
    public async Task No_other_way_of_naming_the_audience_counts(string claims)
    {
        using var bench = new ValidatorBench(new KeyOptions { Key = Secret, Audience = "https://hub.example" });
        await bench.Refuses(Jws.Signed(Secret, claims));
        // A claim in the header has no effect. RFC 7519, section 5.3 allows claims there for encrypted tokens.
        const string header = """{"alg":"HS256","aud":"https://hub.example"}""";
        await bench.Refuses(Jws.Signed(Secret, """{"aud":"https://payroll.example"}""", header: header));
        await bench.Refuses(Jws.Signed(Secret, "{}", header: header));
    }

    [Fact]
    public async Task A_list_of_public_keys_is_not_taken_for_shared_secrets()
    {
        using var rsa = RSA.Create(2048);
        using var other = RSA.Create(2048);
        string[] pems = [rsa.ExportSubjectPublicKeyInfoPem(), other.ExportSubjectPublicKeyInfoPem()];
        using var bench = new ValidatorBench(new KeyOptions { Algorithm = "RS256", Keys = [.. pems] });
        foreach (var pem in pems)
        {
            await bench.Refuses(Jws.Signed(pem));
            await bench.Refuses(Jws.Signed(pem, header: """{"alg":"RS256"}"""));
        }
        await bench.Accepts(Jws.Signed(other));
    }

    [Fact]
    public async Task Nothing_of_a_token_ends_a_line_of_the_log()
    {
        using var bench = ValidatorBench.With();
        var reason = await bench.Refuses(Jws.Signed(
            Secret, header: """{"alg":"x\r\nERROR forged \u001b[31m\u2028\u202e aaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"""));
        Assert.Equal(
            "it is signed with x??ERROR forged ?[31m?? aaaaaaaaaaaaaaaa..., but Hub:Publisher:Algorithm is HS256",
            reason);
    }
}
