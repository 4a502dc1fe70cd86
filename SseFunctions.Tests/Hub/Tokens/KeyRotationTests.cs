using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SseFunctions.Hub;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Several keys: tokens of the old key and of the new key are accepted.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string Old = "the old secret, with a comma, and long enough for everybody";
    private const string New = "the new secret, with a comma, and long enough for everybody";
    private const string FitsNone = "its signature does not match any of the 2 keys of Hub:Publisher";

    private readonly RSA _old = RSA.Create(2048);
    private readonly RSA _new = RSA.Create(2048);
    private readonly RSA _stranger = RSA.Create(2048);

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Tokens_of_two_secrets_are_accepted_and_of_no_other()
    {
        using var bench = new ValidatorBench(new KeyOptions { Key = New, Keys = [Old] });
        await bench.Accepts(Jws.Signed(New));
        await bench.Accepts(Jws.Signed(Old));
        Assert.Equal(FitsNone, await bench.Refuses(Jws.Signed("the secret before, with a comma")));
        Assert.Equal(FitsNone, await bench.Refuses(Jws.Signed($"{New},{Old}")));
        Assert.Equal(
            "it is signed with HS512, but Hub:Publisher:Algorithm is HS256",
            await bench.Refuses(Jws.Signed(Old, algorithm: "HS512")));
    }

    [Fact]
    public async Task The_list_alone_will_do_and_empty_items_are_no_keys()
    {
        var options = new KeyOptions { Key = "", Keys = ["", Old] };
        Assert.True(options.IsSet);
        Assert.False(new KeyOptions { Keys = ["", ""] }.IsSet);
        using var bench = new ValidatorBench(options);
        Assert.True(bench.Validator.HasKeys);
        await bench.Accepts(Jws.Signed(Old));
        Assert.Equal("its signature does not match Hub:Publisher:Keys:1", await bench.Refuses(Jws.Signed("")));
    }

    [Fact]
    public async Task Tokens_of_two_PEMs_are_accepted_whatever_key_they_name()
    {
        using var bench = new ValidatorBench(new KeyOptions
        {
            Algorithm = "RS256",
            Keys = [_old.ExportSubjectPublicKeyInfoPem(), _new.ExportRSAPublicKeyPem()],
        });
        await bench.Accepts(Jws.Signed(_old));
        await bench.Accepts(Jws.Signed(_new, header: """{"alg":"RS256","kid":"nobody knows"}"""));
        Assert.Equal(FitsNone, await bench.Refuses(Jws.Signed(_stranger)));
    }

    [Fact]
    public async Task One_PEM_may_hold_several_keys_and_certificates()
    {
        // Both certificates have the same name, like a certificate and its renewal.
        var (before, after) = (SelfSigned("CN=tokens", _old), SelfSigned("CN=tokens", _new));
        foreach (var pem in new[]
        {
            _old.ExportSubjectPublicKeyInfoPem() + "\n" + _new.ExportSubjectPublicKeyInfoPem(),
            _old.ExportSubjectPublicKeyInfoPem() + "\nThe new one:\n" + after,
            $"{before}\n{after}",
            (before + "\n" + after).Replace("\n", "\\n"),
        })
        {
            using var bench = ValidatorBench.With(pem, "RS256");
            await bench.Accepts(Jws.Signed(_old));
            await bench.Accepts(Jws.Signed(_new));
            Assert.Equal(FitsNone, await bench.Refuses(Jws.Signed(_stranger)));
        }
    }

    [Fact]
    public async Task The_issuers_of_a_certificate_become_no_keys()
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var root =
            new CertificateRequest("CN=root", _stranger, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            {
                CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) },
            }.CreateSelfSigned(from, from.AddDays(2));
        var signer = X509SignatureGenerator.CreateForRSA(_stranger, RSASignaturePadding.Pkcs1);
        using var leaf = new CertificateRequest("CN=tokens", _old, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(root.SubjectName, signer, from, from.AddDays(1), [1]);
        using var next = new CertificateRequest("CN=tokens", _new, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(root.SubjectName, signer, from, from.AddDays(1), [2]);

        using (
            var bench = ValidatorBench.With($"{leaf.ExportCertificatePem()}\n{root.ExportCertificatePem()}", "RS256"))
        {
            await bench.Accepts(Jws.Signed(_old));
            Assert.Equal("its signature does not match Hub:Publisher:Key", await bench.Refuses(Jws.Signed(_stranger)));
        }
        using (var bench = ValidatorBench.With(
            $"{leaf.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n{next.ExportCertificatePem()}", "RS256"))
        {
            await bench.Accepts(Jws.Signed(_old));
            await bench.Accepts(Jws.Signed(_new));
            Assert.Equal(FitsNone, await bench.Refuses(Jws.Signed(_stranger)));
        }
    }

    [Fact]
    public async Task Slips_are_found_with_each_of_the_keys_and_named_with_their_setting()
    {
        var other = new RoleKeys("Hub:Subscriber", new KeyOptions { Keys = ["the first", "the second"] });
        using var bench = new ValidatorBench(new KeyOptions { Key = New, Keys = [Old] }, other);
        Assert.Equal(
            $"{FitsNone}: it is signed with Hub:Subscriber:Keys:1, the key of the other role",
            await bench.Refuses(Jws.Signed("the second")));
        Assert.StartsWith(
            $"{FitsNone}: it is signed with Hub:Publisher:Keys:0 and a line break after it",
            await bench.Refuses(Jws.Signed(Old + "\n")),
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"{FitsNone}: it is signed with Hub:Publisher:Key and a line break after it",
            await bench.Refuses(Jws.Signed(New + "\n")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Each_short_secret_is_warned_of()
    {
        using var bench = new ValidatorBench(new KeyOptions { Key = "first", Keys = [Old, "third"] });
        Assert.Collection(
            bench.Logs.Entries,
            entry => Assert.StartsWith("Hub:Publisher:Key has 40 bits", entry.Message, StringComparison.Ordinal),
            entry => Assert.StartsWith("Hub:Publisher:Keys:1 has 40 bits", entry.Message, StringComparison.Ordinal));
    }

    private static string SelfSigned(string name, RSA key)
    {
        var from = DateTimeOffset.UtcNow.AddDays(-2);
        using var certificate = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(from, from.AddDays(1));
        return certificate.ExportCertificatePem();
    }
}
