using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Scripts;

/// <summary>Where <c>scripts/smoke.sh</c> stops following the demo's series. Unlike <see cref="SmokeTests"/>, these
/// tests do not depend on when messages arrive.</summary>
public sealed class SmokeSeriesEndTests
{
    [Fact]
    public async Task Follows_a_series_no_longer_than_it_may()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:10:00");
        var result = await SmokeScript.Run([$"{host.Url}", "--wait", "5"]);
        result.HasPassed();
        Assert.Contains("was at message 1", result.Check("events: end"), StringComparison.Ordinal);
    }

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
