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
        Assert.True(new KeyOptions { JwksUri = new Uri("https://a.example") }.IsSet);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public void Any_text_is_a_secret(string algorithm) => Assert.Empty(new KeyOptions { Key = "!ChangeMe!", Algorithm = algorithm }.Problems("Hub:Publisher"));

    [Theory]
    [InlineData("k", "none", null, "Algorithm is 'none': set it to one of HS256, HS384, HS512, RS256, ES256.")]
    [InlineData("k", "hs256", null, "Algorithm is 'hs256': set it to one of HS256, HS384, HS512, RS256, ES256.")]
    [InlineData(null, "", null, "Algorithm is '': set it to one of HS256, HS384, HS512, RS256, ES256.")]
    [InlineData("  ", "HS256", null, "Key is blank: set it to a secret, or remove it.")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://v.example/secrets/key)", "HS256", null,
        "Key is a reference to Key Vault that was not followed: see whether the secret is there, and whether the app's identity "
        + "(keyVaultReferenceIdentity) may read it; then change any app setting, since a restart alone does not make Azure look again.")]
    [InlineData("-----BEGIN PUBLIC KEY-----", "HS256", null, "Key is PEM, but Algorithm is HS256, which wants a shared secret: set Algorithm to RS256 or ES256.")]
    [InlineData("secret", "RS256", null, "Key is not PEM, which RS256 wants: set it to the public key, '-----BEGIN PUBLIC KEY----- ...'.")]
    [InlineData(null, "HS256", "https://a.example/jwks", "JwksUri is set, but Algorithm is HS256: a key set holds public keys, so set Algorithm to RS256 or ES256.")]
    [InlineData(null, "RS256", "http://a.example/jwks", "JwksUri must be an https:// address (http:// only for this machine itself).")]
    [InlineData(null, "RS256", "/jwks", "JwksUri must be an https:// address (http:// only for this machine itself).")]
    [InlineData(null, "RS256", "file:///etc/jwks", "JwksUri must be an https:// address (http:// only for this machine itself).")]
    public void Says_what_to_change(string? key, string algorithm, string? jwks, string expected)
    {
        var options = new KeyOptions { Key = key, Algorithm = algorithm, JwksUri = jwks is null ? null : new Uri(jwks, UriKind.RelativeOrAbsolute) };
        Assert.Equal([$"Hub:Publisher:{expected}"], options.Problems("Hub:Publisher"));
    }

    [Theory]
    [InlineData("https://a.example/jwks")]
    [InlineData("http://127.0.0.1:8080/jwks")]
    [InlineData("http://localhost/jwks")]
    public void Key_sets_come_by_https_or_from_this_machine(string uri)
    {
        Assert.Empty(new KeyOptions { Algorithm = "ES256", JwksUri = new Uri(uri) }.Problems("Hub:Publisher"));
        Assert.Contains("Hub:Publisher:Key and Hub:Publisher:JwksUri are both set: remove one of them.",
            new KeyOptions { Key = "k", Algorithm = "ES256", JwksUri = new Uri(uri) }.Problems("Hub:Publisher"));
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
        Assert.Contains("cannot be read as the PEM of a public key for ES256", Problem(rsa.ExportSubjectPublicKeyInfoPem(), "ES256"), StringComparison.Ordinal);
        Assert.Contains("cannot be read as the PEM of a public key for RS256", Problem(ec.ExportSubjectPublicKeyInfoPem(), "RS256"), StringComparison.Ordinal);
        Assert.Contains("is an RSA key of 1024 bits: 2048 are needed", Problem(small.ExportSubjectPublicKeyInfoPem(), "RS256"), StringComparison.Ordinal);
        Assert.Contains("is not on the curve P-256", Problem(large.ExportSubjectPublicKeyInfoPem(), "ES256"), StringComparison.Ordinal);
        foreach (var pem in new[] { rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem(), ec.ExportECPrivateKeyPem(),
            rsa.ExportSubjectPublicKeyInfoPem() + "\n" + rsa.ExportPkcs8PrivateKeyPem() })
        {
            var problem = Problem(pem, "RS256");
            Assert.Contains("holds a private key, which only those who make tokens may have", problem, StringComparison.Ordinal);
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
        }).Build();
        var options = configuration.GetSection("Hub:Publisher").Get<KeyOptions>()!;
        Assert.Equal("https://a.example/jwks", options.JwksUri?.AbsoluteUri);
        Assert.Empty(options.Problems("Hub:Publisher"));
    }

    private static string? Problem(string pem, string algorithm) =>
        new KeyOptions { Key = pem, Algorithm = algorithm }.Problems("Hub:Publisher").FirstOrDefault();
}
