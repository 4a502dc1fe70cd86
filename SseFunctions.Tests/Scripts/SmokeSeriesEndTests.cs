using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Scripts;

/// <summary>A series that ends before <c>scripts/smoke.sh</c> stops following it. Unlike those of
/// <see cref="SmokeTests"/>, this result does not depend on when messages arrive.</summary>
public sealed class SmokeSeriesEndTests
{
    [Fact]
    public async Task Says_where_a_series_ended_too_early()
    {
        await using var host =
            await LocalHostServer.Start(null, "Demo:Delay=00:00:01", "Streaming:MaxDuration=00:00:03");
        var result = await SmokeScript.Run([$"{host.Url}"]);
        result.HasFailed();
        Assert.Contains("without the event close", result.Check("events: end"), StringComparison.Ordinal);
    }
}
