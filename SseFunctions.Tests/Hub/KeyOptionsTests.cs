using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using SseFunctions.Hub;

namespace SseFunctions.Tests.Hub;

public sealed class KeyOptionsTests
{
    [Fact]
    public void No_key_is_no_problem()
    {
        Assert.Empty(new KeyOptions().Problems("Hub:Publisher"));
        Assert.False(new KeyOptions().IsSet);
        Assert.False(new KeyOptions { Key = "" }.IsSet);
        Assert.True(new KeyOptions { Key = "k" }.IsSet);
        Assert.True(new KeyOptions { Keys = ["k"] }.IsSet);
        Assert.True(new KeyOptions { JwksUri = new Uri("https://a.example") }.IsSet);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public void Any_text_is_a_secret(string algorithm) =>
        Assert.Empty(new KeyOptions { Key = "!ChangeMe!", Algorithm = algorithm }.Problems("Hub:Publisher"));

    [Theory]
    [InlineData("k", "none", null, "Algorithm is 'none': set it to one of HS256, HS384, HS512, RS256, ES256.")]
    [InlineData("k", "hs256", null, "Algorithm is 'hs256': set it to one of HS256, HS384, HS512, RS256, ES256.")]
    [InlineData(null, "", null, "Algorithm is '': set it to one of HS256, HS384, HS512, RS256, ES256.")]
    [InlineData("  ", "HS256", null, "Key is blank: set it to a secret, or remove it.")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://v.example/secrets/key)", "HS256", null,
        "Key is a reference to Key Vault that Azure did not resolve: check that the secret exists, and that the app's "
        + "identity (keyVaultReferenceIdentity) may read it; then change any app setting, because a restart alone does "
        + "not make Azure resolve it again.")]
    [InlineData(
        "-----BEGIN PUBLIC KEY-----",
        "HS256",
        null,
        "Key is PEM, but Algorithm is HS256, which needs a shared secret: set Algorithm to RS256 or ES256.")]
    [InlineData(
        "secret",
        "RS256",
        null,
        "Key is not PEM, which RS256 needs: set it to the public key, '-----BEGIN PUBLIC KEY----- ...'.")]
    [InlineData(
        null,
        "HS256",
        "https://a.example/jwks",
        "JwksUri is set, but Algorithm is HS256: a key set holds public keys, so set Algorithm to RS256 or ES256.")]
    [InlineData(
        null,
        "RS256",
        "http://a.example/jwks",
        "JwksUri must be an https:// address (http:// is allowed only for this machine).")]
    [InlineData(
        null, "RS256", "/jwks", "JwksUri must be an https:// address (http:// is allowed only for this machine).")]
    [InlineData(
        null,
        "RS256",
        "file:///etc/jwks",
        "JwksUri must be an https:// address (http:// is allowed only for this machine).")]
    public void Says_what_to_change(string? key, string algorithm, string? jwks, string expected)
    {
        var options = new KeyOptions { Key = key, Algorithm = algorithm };
        if (jwks is not null)
            (options.JwksUri, options.Issuer, options.Audience) = (new Uri(jwks, UriKind.RelativeOrAbsolute), "i", "a");
        Assert.Equal([$"Hub:Publisher:{expected}"], options.Problems("Hub:Publisher"));
    }

    [Theory]
    [InlineData("https://a.example/jwks")]
    [InlineData("http://127.0.0.1:8080/jwks")]
    [InlineData("http://localhost/jwks")]
    public void Key_sets_come_by_https_or_from_this_machine(string uri)
    {
        Assert.Empty(new KeyOptions
        {
            Algorithm = "ES256",
            JwksUri = new Uri(uri),
            Issuer = "i",
            Audience = "a"
        }.Problems("Hub:Publisher"));
        Assert.Contains("Hub:Publisher:Key and Hub:Publisher:JwksUri are both set: remove one of them.",
            new KeyOptions { Key = "k", Algorithm = "ES256", JwksUri = new Uri(uri) }.Problems("Hub:Publisher"));
        Assert.Contains("Hub:Publisher:Keys:0 and Hub:Publisher:JwksUri are both set: remove one of them.",
            new KeyOptions { Keys = ["k"], Algorithm = "ES256", JwksUri = new Uri(uri) }.Problems("Hub:Publisher"));
    }

    [Theory]
    [InlineData(null, "a", "Issuer is not: several issuers can share a key set, and the tokens of all of them would "
        + "be accepted. Set it to the claim iss of your tokens.")]
    [InlineData("", "a", "Issuer is not: several issuers can share a key set, and the tokens of all of them would be "
        + "accepted. Set it to the claim iss of your tokens.")]
    [InlineData("i", null, "Audience is not: the identity provider signs tokens for other applications with the same "
        + "keys, and all of them would be accepted. "
        + "Set it to the claim aud that the identity provider gives to tokens for this hub.")]
    public void A_key_set_needs_an_issuer_and_an_audience(string? issuer, string? audience, string expected)
    {
        var options = new KeyOptions
        {
            Algorithm = "RS256",
            JwksUri = new Uri("https://a.example/jwks"),
            Issuer = issuer,
            Audience = audience
        };
        Assert.Equal(
            [$"Hub:Publisher:JwksUri is set, but Hub:Publisher:{expected}"], options.Problems("Hub:Publisher"));
        options.Issuer = options.Audience = null;
        Assert.Equal(2, options.Problems("Hub:Publisher").Count());
    }

    [Fact]
    public void An_issuer_or_audience_without_a_key_would_have_no_effect()
    {
        Assert.Equal(
            ["Hub:Subscriber:Audience is set, but Hub:Subscriber has no key, so the setting would have no effect: set "
                + "Hub:Subscriber:Key or Hub:Subscriber:JwksUri, or remove it."],
            new KeyOptions { Issuer = "", Audience = "a" }.Problems("Hub:Subscriber"));
        Assert.Empty(new KeyOptions { Key = "k", Issuer = "i", Audience = "a" }.Problems("Hub:Subscriber"));
        Assert.Empty(new KeyOptions { Keys = ["k"], Issuer = "i" }.Problems("Hub:Subscriber"));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("https://hub.example ")]
    [InlineData("\thttps://hub.example")]
    public void An_issuer_or_audience_with_a_blank_around_it_is_a_slip(string name) => Assert.Equal(
        ["Hub:Publisher:Issuer starts or ends with white space, so no token would match: remove it.",
            "Hub:Publisher:Audience starts or ends with white space, so no token would match: remove it."],
        new KeyOptions { Key = "k", Issuer = name, Audience = name }.Problems("Hub:Publisher"));

    [Fact]
    public void Of_several_keys_the_one_with_a_problem_is_named()
    {
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        var (good, bad) = (rsa.ExportSubjectPublicKeyInfoPem(), small.ExportSubjectPublicKeyInfoPem());
        var three = new KeyOptions { Algorithm = "RS256", Key = good, Keys = [good, "", $"{good}\n{good}"] };
        Assert.Empty(three.Problems("Hub:Publisher"));
        Assert.Equal(["Hub:Publisher:Keys:1 is an RSA key of 1024 bits: 2048 are needed."],
            new KeyOptions { Algorithm = "RS256", Key = good, Keys = [good, bad] }.Problems("Hub:Publisher"));
        var oneIsBad = new KeyOptions { Algorithm = "RS256", Key = good, Keys = [$"{good}\n{bad}\n{good}"] };
        Assert.Equal(["Hub:Publisher:Keys:0 (part 2 of 3) is an RSA key of 1024 bits: 2048 are needed."],
            oneIsBad.Problems("Hub:Publisher"));
        Assert.Equal(
            [
                "Hub:Publisher:Keys:0 has a part that starts with '-----BEGIN ' and is damaged or cut off: "
                    + "copy the whole part.",
            ],
            new KeyOptions { Algorithm = "RS256", Keys = [$"{good}\n{good[..200]}"] }.Problems("Hub:Publisher"));
        Assert.Equal(
            [
                "Hub:Publisher:Key cannot be read as the PEM of a public key for RS256: "
                    + "it contains 'EC PARAMETERS' instead.",
            ],
            new KeyOptions
            {
                Algorithm = "RS256",
                Key = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----",
            }.Problems("Hub:Publisher"));
        Assert.Equal(
            [
                "Hub:Publisher:Keys:0 is blank: set it to a secret, or remove it.",
                "Hub:Publisher:Keys:2 is PEM, but Algorithm is HS256, which needs a shared secret: "
                    + "set Algorithm to RS256 or ES256.",
            ],
            new KeyOptions { Key = "k", Keys = [" ", "k", good] }.Problems("Hub:Publisher"));
    }

    [Fact]
    public void More_than_ten_keys_are_too_many()
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        Assert.Empty(new KeyOptions { Key = "k", Keys = [.. Enumerable.Repeat("k", 9)] }.Problems("Hub:Publisher"));
        Assert.Equal(["Hub:Publisher:Key and Hub:Publisher:Keys hold 11 keys together, but at most 10 are allowed, "
            + "because each is tried on each token: remove old keys."],
            new KeyOptions { Key = "k", Keys = [.. Enumerable.Repeat("k", 10)] }.Problems("Hub:Publisher"));
        var inOneText = new KeyOptions { Algorithm = "RS256", Key = string.Concat(Enumerable.Repeat(pem + "\n", 11)) };
        Assert.Contains(
            "hold 11 keys together", Assert.Single(inOneText.Problems("Hub:Publisher")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_must_be_public_of_the_right_kind_and_strong_enough()
    {
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Null(Problem(rsa.ExportSubjectPublicKeyInfoPem(), "RS256"));
        Assert.Null(Problem(ec.ExportSubjectPublicKeyInfoPem(), "ES256"));
        Assert.Contains(
            "cannot be read as the PEM of a public key for ES256",
            Problem(rsa.ExportSubjectPublicKeyInfoPem(), "ES256"),
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read as the PEM of a public key for RS256",
            Problem(ec.ExportSubjectPublicKeyInfoPem(), "RS256"),
            StringComparison.Ordinal);
        Assert.Contains(
            "is an RSA key of 1024 bits: 2048 are needed",
            Problem(small.ExportSubjectPublicKeyInfoPem(), "RS256"),
            StringComparison.Ordinal);
        Assert.Contains(
            "is not on the curve P-256",
            Problem(large.ExportSubjectPublicKeyInfoPem(), "ES256"),
            StringComparison.Ordinal);
        string[] secret =
        [
            rsa.ExportPkcs8PrivateKeyPem(),
            rsa.ExportRSAPrivateKeyPem(),
            ec.ExportECPrivateKeyPem(),
            rsa.ExportSubjectPublicKeyInfoPem() + "\n" + rsa.ExportPkcs8PrivateKeyPem(),
        ];
        foreach (var pem in secret)
        {
            var problem = Problem(pem, "RS256");
            Assert.Contains(
                "contains a private key, which only the signer of tokens may have", problem, StringComparison.Ordinal);
            Assert.DoesNotContain(pem.Split('\n')[1], problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Is_bound_from_the_configuration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Hub:Publisher:JwksUri"] = "https://a.example/jwks",
            ["Hub:Publisher:Algorithm"] = "ES256",
            ["Hub:Publisher:Key"] = "",
            ["Hub:Publisher:Issuer"] = "HTTPS://A.example",
            ["Hub:Publisher:Audience"] = "api://hub",
        }).Build();
        var options = configuration.GetSection("Hub:Publisher").Get<KeyOptions>()!;
        Assert.Equal("https://a.example/jwks", options.JwksUri?.AbsoluteUri);
        Assert.Equal(("HTTPS://A.example", "api://hub"), (options.Issuer, options.Audience));
        Assert.Empty(options.Problems("Hub:Publisher"));
    }

    private static string? Problem(string pem, string algorithm) =>
        new KeyOptions { Key = pem, Algorithm = algorithm }.Problems("Hub:Publisher").FirstOrDefault();
}
