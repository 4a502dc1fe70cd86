using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SseFunctions.Hub;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>The settings of Mercure 1.0, as an app has them.</summary>
public sealed class IssuerOptionsTests
{
    private const string Key = "Hub:Issuers:0:Key=a secret that is long enough for everybody";
    private const string Issuer = "Hub:Issuers:0:Issuer=https://issuer.example";

    private static readonly string Pem = Generate();

    public static TheoryData<string, string[]> Wrong => new()
    {
        { "Hub:Issuers:0:Issuer is not set: set it to the claim iss of the issuer's tokens.", [Key] },
        { "Hub:Issuers:0 has no key: set Hub:Issuers:0:Key or Hub:Issuers:0:JwksUri.", [Issuer] },
        {
            "Hub:Issuers:0 has no key: set Hub:Issuers:0:Key or Hub:Issuers:0:JwksUri.",
            [Issuer, "Hub:Issuers:0:Algorithm=no"]
        },
        {
            "Hub:Issuers:0:Algorithm is 'none': set it to one of HS256, HS384, HS512, RS256, ES256.",
            [Issuer, Key, "Hub:Issuers:0:Algorithm=none"]
        },
        {
            "Hub:Issuers:0:Algorithm is 'EdDSA': set it to one of HS256, HS384, HS512, RS256, ES256.",
            [Issuer, Key, "Hub:Issuers:0:Algorithm=EdDSA"]
        },
        {
            "Hub:Issuers:0:Key is not PEM, which ES256 needs: set it to the public key, '-----BEGIN PUBLIC KEY----- "
                + "...'.",
            [Issuer, Key, "Hub:Issuers:0:Algorithm=ES256"]
        },
        {
            "Hub:Issuers:0:Key is PEM, but Algorithm is HS256, which needs a shared secret: set Algorithm to RS256 or "
                + "ES256.",
            [Issuer, $"Hub:Issuers:0:Key={Pem}"]
        },
        {
            "Hub:Issuers:0:Keys:1 is blank: set it to a secret, or remove it.",
            [Issuer, Key, "Hub:Issuers:0:Keys:0=another", "Hub:Issuers:0:Keys:1= "]
        },
        { "Hub:Issuers:0:Key is blank: set it to a secret, or remove it.", [Issuer, "Hub:Issuers:0:Key= "] },
        {
            "Hub:Issuers:0:JwksUri is set, but Algorithm is HS256: a key set holds public keys, so set Algorithm to "
                + "RS256 or ES256.",
            [Issuer, "Hub:Issuers:0:JwksUri=https://issuer.example/jwks"]
        },
        {
            "Hub:Issuers:0:JwksUri must be an https:// address (http:// is allowed only for this machine).",
            [Issuer, "Hub:Issuers:0:JwksUri=http://issuer.example/jwks", "Hub:Issuers:0:Algorithm=ES256"]
        },
        {
            "Hub:Issuers:0:Key and Hub:Issuers:0:JwksUri are both set: remove one of them.",
            [
                Issuer, $"Hub:Issuers:0:Key={Pem}", "Hub:Issuers:0:JwksUri=https://issuer.example/jwks",
                "Hub:Issuers:0:Algorithm=ES256",
            ]
        },
        {
            "Hub:Issuers:0:Issuer starts or ends with white space, so no token would match: remove it.",
            ["Hub:Issuers:0:Issuer=https://issuer.example ", Key]
        },
        {
            "Hub:Issuers:0 and Hub:Issuers:3 have the same Issuer: keep one of them, with all keys in Keys.",
            [
                Issuer, Key, "Hub:Issuers:3:Issuer=https://issuer.example",
                "Hub:Issuers:3:Key=another secret that is long enough",
            ]
        },
        { "Hub:Issuers:7 has no key: set Hub:Issuers:7:Key or Hub:Issuers:7:JwksUri.", ["Hub:Issuers:7:Issuer=i"] },
        {
            "Hub:Issuers is one value, but must be a list: set Hub:Issuers:0 and the names below it.",
            ["Hub:Issuers=https://issuer.example"]
        },
        { "Hub:Dialects is '': set it to 1.0, to 0.x, or to 1.0,0.x.", ["Hub:Dialects="] },
        { "Hub:Dialects is '1.0,0.9': set it to 1.0, to 0.x, or to 1.0,0.x.", ["Hub:Dialects=1.0, 0.9"] },
        { "Hub:Dialects is '0.X': set it to 1.0, to 0.x, or to 1.0,0.x.", ["Hub:Dialects:0=0.X"] },
        {
            "Hub:ResourceId has white space or a control character, so no token would match: remove it.",
            ["Hub:ResourceId=https://hub.example/ "]
        },
        { "Hub:AccessTokenCookie is 'a b': use letters, digits, '-' and '_'.", ["Hub:AccessTokenCookie=a b"] },
        { "Hub:AccessTokenCookie is '': use letters, digits, '-' and '_'.", ["Hub:AccessTokenCookie="] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Says_what_to_change(string expected, string[] settings)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Options(settings));
        Assert.Equal([expected], exception.Failures);
    }

    // The binder alone leaves out an item that it cannot read: the hub would start, and refuse the issuer's tokens.
    [Fact]
    public void An_address_that_cannot_be_read_is_said()
    {
        var exception = Assert.Throws<OptionsValidationException>(
            () => Options(Issuer, "Hub:Issuers:0:JwksUri=https://[", "Hub:Issuers:0:Algorithm=ES256"));
        Assert.Contains("Hub:Issuers:0:JwksUri", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_trust_nobody_and_speak_both()
    {
        var options = Options();
        Assert.Equal(["1.0", "0.x"], options.Dialects);
        Assert.Empty(options.Issuers);
        Assert.Null(options.ResourceId);
        Assert.Equal("__Secure-mercure_access_token", options.AccessTokenCookie);
        Assert.Equal((true, true), (options.SpeaksV1, options.SpeaksV0));
    }

    [Fact]
    public void Issuers_are_read_item_by_item()
    {
        var options = Options(
            Issuer, "Hub:Issuers:0:Key=one,with,commas", "Hub:Issuers:0:Keys:0=two,three", "Hub:Issuers:0:Keys:1=four",
            "Hub:Issuers:2:Issuer=HTTPS://Other.example", "Hub:Issuers:2:JwksUri=https://other.example/jwks",
            "Hub:Issuers:2:Algorithm=RS256",
            "Hub:Dialects=0.x , 1.0", "Hub:ResourceId=api://hub");
        Assert.Equal(
            ["one,with,commas", "two,three", "four"], options.Issuers[0].Keys.Prepend(options.Issuers[0].Key!));
        Assert.Equal(["Hub:Issuers:0", "Hub:Issuers:2"], options.TrustedIssuers.Select(issuer => issuer.Section));
        Assert.Equal("HTTPS://Other.example", options.Issuers[1].Issuer);
        Assert.Equal("https://other.example/jwks", options.Issuers[1].JwksUri?.AbsoluteUri);
        Assert.Equal((true, true), (options.SpeaksV1, options.SpeaksV0));
    }

    [Theory]
    [InlineData("Hub:Dialects=0.x", Issuer, Key)]
    [InlineData("Hub:Issuers:0:Issuer=", "Hub:Issuers:0:Key=", "Hub:Issuers:0:Algorithm=ES256")]
    public void An_issuer_without_values_or_without_its_protocol_does_not_count(params string[] settings) =>
        Assert.Empty(Options(settings).TrustedIssuers);

    [Fact]
    public void An_issuer_that_is_made_in_code_has_the_name_of_its_place()
    {
        var options = new HubOptions { Issuers = [new IssuerOptions(), new IssuerOptions { Issuer = "i", Key = "k" }] };
        Assert.Equal("Hub:Issuers:1", Assert.Single(options.TrustedIssuers).Section);
    }

    private static HubOptions Options(params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]))).Build();
        var services = new ServiceCollection();
        services.AddSseHub(configuration);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<HubOptions>>().Value;
    }

    private static string Generate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }
}
