using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace SseFunctions.Tests.Support;

/// <summary>A Redis like Azure's: over TLS, with users whose passwords are tokens. Its certificate is from an issuer
/// that this class creates. The test process trusts only the first issuer.</summary>
internal sealed class TlsRedis : IAsyncDisposable
{
    private static readonly Lazy<Issuer> Trusted = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("issuer-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var issuer = new Issuer(folder);
        // The Redis client reads this variable.
        Environment.SetEnvironmentVariable(TrustVariable, issuer.Certificate);
        return issuer;
    });

    private readonly RedisServer _server;
    private readonly string _folder;

    private TlsRedis(RedisServer server, int port, string folder)
    {
        _server = server;
        _folder = folder;
        ConnectionString = $"127.0.0.1:{port},connectTimeout=3000,asyncTimeout=4000";
    }

    public const string TrustVariable = "SERedis_IssuerCertPath";

    public string ConnectionString { get; }

    public static string TrustedIssuer => Trusted.Value.Certificate;

    public static async Task<TlsRedis> Start(bool isTrusted = true, string name = "127.0.0.1")
    {
        var trusted = Trusted.Value;
        var folder = Directory.CreateTempSubdirectory("tls-").FullName;
        var issuer = isTrusted ? trusted : new Issuer(folder);
        var (certificate, key) = issuer.Issue(folder, name);
        var port = Ports.Free();
        var server = await RedisServer.Start(
            "--tls-port", $"{port}", "--tls-cert-file", certificate, "--tls-key-file", key,
            "--tls-ca-cert-file", issuer.Certificate, "--tls-auth-clients", "no",
            "--user", "default", "off", "--user", "test", "on", ">test", "~*", "&*", "+@all");
        return new TlsRedis(server, port, folder);
    }

    /// <summary>Sends a command to the server, without the product.</summary>
    public async Task<RedisResult> Ask(string command, params object[] arguments)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{_server.Port},user=test,password=test,allowAdmin=true,protocol=resp2,connectTimeout=10000,"
                + "asyncTimeout=20000");
        return await connection.GetDatabase().ExecuteAsync(command, arguments);
    }

    /// <summary>Sets the tokens with which an identity can sign in.</summary>
    public Task Admit(string objectId, params string[] tokens) => Ask(
        "ACL", ["SETUSER", objectId, "on", "resetpass", "~*", "&*", "+@all", .. tokens.Select(token => $">{token}")]);

    /// <summary>The connections of identities, one per line in the format of CLIENT LIST.</summary>
    public async Task<string[]> Connections()
    {
        var list = (string?)await Ask("CLIENT", "LIST") ?? "";
        return [.. list.Split('\n').Where(line => line.Contains("name=SseFunctions", StringComparison.Ordinal))];
    }

    /// <summary>The number of times that a token was sent on an open connection and accepted.</summary>
    public async Task<int> Said()
    {
        // HELLO signs in without AUTH, so that this question does not count itself.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            "HELLO 3 AUTH test test\r\nINFO commandstats\r\nQUIT\r\n"u8.ToArray(),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        var info = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).Within("statistics of Redis");
        var auth = info.Split('\n').FirstOrDefault(line => line.StartsWith("cmdstat_auth:", StringComparison.Ordinal));
        if (auth is null) return 0;
        var figures = auth.Trim()["cmdstat_auth:".Length..].Split(',').Select(figure => figure.Split('='))
            .ToDictionary(figure => figure[0], figure => figure[1]);
        return int.Parse(figures["calls"]) - int.Parse(figures["failed_calls"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Issuer
    {
        private readonly X509Certificate2 _certificate;

        public Issuer(string folder)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest(
                $"CN={Guid.NewGuid():N}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            _certificate =
                request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(2));
            Certificate = Path.Combine(folder, "issuer.crt");
            File.WriteAllText(Certificate, _certificate.ExportCertificatePem());
        }

        public string Certificate { get; }

        public (string Certificate, string Key) Issue(string folder, string name)
        {
            using var key = RSA.Create(2048);
            var request =
                new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(
                _certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), Guid.NewGuid()
                    .ToByteArray());
            var files = (Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"));
            File.WriteAllText(files.Item1, certificate.ExportCertificatePem());
            File.WriteAllText(files.Item2, key.ExportPkcs8PrivateKeyPem());
            return files;
        }
    }
}
