using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.Tokens;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>A validator, its clock and its log.</summary>
internal sealed class ValidatorBench : IDisposable
{
    public const string Section = "Hub:Publisher";
    public const string Secret = "a secret that is long enough for everybody, sixty-four bytes of it";

    private readonly LoggerFactory _loggers;

    public ValidatorBench(KeyOptions keys, RoleKeys? other = null, HttpMessageHandler? handler = null)
    {
        _loggers = new LoggerFactory([Logs]);
        Validator = new TokenValidator(
            new RoleKeys(Section, keys), other, Time, _loggers.CreateLogger<TokenValidator>(), handler);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public CapturedLogs Logs { get; } = new();

    public TokenValidator Validator { get; }

    public static ValidatorBench With(string? key = Secret, string algorithm = "HS256", RoleKeys? other = null) =>
        new(new KeyOptions { Key = key, Algorithm = algorithm }, other);

    public Task<TokenResult> Judge(string token) =>
        Validate(token, TestContext.Current.CancellationToken).Within("judgment of the token");

    public async Task<TokenResult> Validate(string token, CancellationToken cancellationToken) =>
        CompactJws.Read(token, out var reason) is { } jws
            ? await Validator.ValidateAsync(jws, cancellationToken)
            : TokenResult.Refused(reason);

    public async Task<TokenClaims> Accepts(string token)
    {
        var result = await Judge(token);
        Assert.True(result.IsValid, result.Reason);
        Assert.Null(result.Reason);
        return result.Claims;
    }

    public async Task<string> Refuses(string token)
    {
        var result = await Judge(token);
        Assert.False(result.IsValid, "It was accepted.");
        Assert.NotEmpty(result.Reason);
        Assert.DoesNotContain(result.Reason, c => char.IsControl(c));
        return result.Reason;
    }

    public void Dispose()
    {
        Validator.Dispose();
        _loggers.Dispose();
        Logs.Dispose();
    }
}
