using System.Text.RegularExpressions;
using SseFunctions.Hub.Publishing;
using SseFunctions.Streaming;
using SseFunctions.Telemetry;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>docs/monitoring.md names the instruments, spans and settings of the sources.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "monitoring.md"));

    public static TheoryData<string, string> Instruments
    {
        get
        {
            var packages = Path.Combine(Repository.Root, "packages");
            var sources = string.Concat(Directory.EnumerateFiles(
                packages, "*Metrics.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
            return [.. from instrument in Instrument().Matches(sources)
                       let rest = sources[instrument.Index..]
                       select (instrument.Groups[1].Value, Unit().Match(rest).Groups[1].Value)];
        }
    }

    [Theory]
    [MemberData(nameof(Instruments))]
    public void Names_every_instrument_with_its_unit(string name, string unit) =>
        Assert.Contains($"| `{name}` | `{unit}` |", Page, StringComparison.Ordinal);

    [Fact]
    public void Names_no_instrument_that_there_is_not() => Assert.Equal(
        Instruments.Select(row => row.Data.Item1).Order(),
        Row().Matches(Page).Select(row => row.Groups[1].Value).Order());

    [Theory]
    [InlineData(StreamTrace.StartName)]
    [InlineData(StreamTrace.EndName)]
    [InlineData(PublishSpan.Name)]
    [InlineData(TelemetrySettings.OtlpEndpoint)]
    [InlineData(TelemetrySettings.ConnectionString)]
    [InlineData(AzureMonitorServices.Authentication)]
    public void Names_every_span_and_setting(string name) =>
        Assert.Contains($"| `{name}` |", Page, StringComparison.Ordinal);

    [GeneratedRegex("""Create\w+(?:<\w+>)?\(\s*"([a-z.]+)",""")]
    private static partial Regex Instrument();

    [GeneratedRegex("""
        "(By|s|\{\w+\})"
        """)]
    private static partial Regex Unit();

    [GeneratedRegex(@"^\| `((?:sse|hub|redis)\.[a-z.]+)` \| `", RegexOptions.Multiline)]
    private static partial Regex Row();
}
