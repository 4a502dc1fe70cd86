using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.Tokens;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>A validator of both protocols that trusts three issuers, its clock and its log.</summary>
internal sealed class AccessTokenBench : IDisposable
{
    public const string Resource = "https://hub.example/.well-known/mercure";
    public const string Issuer = "https://issuer.example";
    public const string OtherIssuer = "https://other.example/";
    public const string KeyedIssuer = "https://keyed.example";
    public const string Secret = ValidatorBench.Secret;
    public const string OtherSecret = "the secret of the other issuer, which is another and long enough";
    public const string PublisherSecret = "the secret of publishers of 0.x, which is another and long enough";

    private readonly LoggerFactory _loggers;
    private readonly TokenValidator? _tokens;
    private readonly AccessTokenValidator? _accessTokens;

    public AccessTokenBench(
        bool speaksV0 = true,
        bool speaksV1 = true,
        Func<string,
        string?>? urlPatternProblem = null,
        params IssuerOptions[] issuers)
    {
        _loggers = new LoggerFactory([Logs]);
        var logger = _loggers.CreateLogger<TokenValidator>();
        if (speaksV0)
            _tokens = new TokenValidator(
                new RoleKeys("Hub:Publisher", new KeyOptions { Key = PublisherSecret }), null, Time, logger);
        if (issuers.Length == 0)
        {
            issuers =
            [
                new IssuerOptions { Issuer = Issuer, Key = Secret },
                new IssuerOptions
                {
                    Issuer = OtherIssuer,
                    Key = "an old secret of the other issuer, long enough too",
                    Keys = [OtherSecret],
                },
                new IssuerOptions
                {
                    Issuer = KeyedIssuer,
                    Key = Signer.ExportSubjectPublicKeyInfoPem(),
                    Algorithm = "ES256",
                },
            ];
        }
        issuers = [.. issuers.Where(issuer => !issuer.IsEmpty)];
        Assert.Empty(issuers.SelectMany((issuer, index) => issuer.Problems($"Hub:Issuers:{index}")));
        if (speaksV1)
        {
            _accessTokens = new AccessTokenValidator(
                issuers.Select((issuer, index) => issuer.ToRoleKeys($"Hub:Issuers:{index}")),
                "Hub:ResourceId", urlPatternProblem ?? (_ => null), Time, logger);
        }
        Validator = new RoleValidator(_tokens, _accessTokens);
    }

    public ECDsa Signer { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public CapturedLogs Logs { get; } = new();

    public RoleValidator Validator { get; }

    /// <summary>Valid claims with these details; null: without details.</summary>
    public string Claims(string? details = null, string issuer = Issuer)
    {
        var member = details is null ? "" : $",\"authorization_details\":{details}";
        return $$"""{"iss":"{{issuer}}","aud":"{{Resource}}","exp":{{Now + 60}}{{member}}}""";
    }

    public static string Token(
        string claims, string secret = Secret, string header = """{"alg":"HS256","typ":"at+jwt"}""") =>
        Jws.Signed(secret, claims, header: header);

    public Task<TokenResult> Judge(string token, TokenSource source = TokenSource.Header) => Validator.ValidateAsync(
        new PresentedToken(token, source), Resource, TestContext.Current.CancellationToken).AsTask().Within(
            "judgment of the token");

    public async Task<TokenClaims> Accepts(string token, TokenSource source = TokenSource.Header)
    {
        var result = await Judge(token, source);
        Assert.True(result.IsValid, result.Reason);
        return result.Claims;
    }

    public async Task<string> Refuses(string token, TokenSource source = TokenSource.Header)
    {
        var result = await Judge(token, source);
        Assert.False(result.IsValid, "It was accepted.");
        Assert.NotEmpty(result.Reason);
        Assert.DoesNotContain(result.Reason, c => char.IsControl(c));
        return result.Reason;
    }

    public void Dispose()
    {
        _tokens?.Dispose();
        _accessTokens?.Dispose();
        _loggers.Dispose();
        Signer.Dispose();
        Logs.Dispose();
    }
}
