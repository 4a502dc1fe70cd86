using SseFunctions.Cors;
using SseFunctions.Demo;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>The README's table of settings, held against the options.</summary>
public sealed class SettingsTests
{
    private static readonly string[] Rows =
        [.. File.ReadLines(Path.Combine(Repository.Root, "README.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    public static TheoryData<string, TimeSpan, string> Durations => new()
    {
        { "Streaming:Heartbeat", new StreamingOptions().Heartbeat, "15 s" },
        { "Streaming:Retry", new StreamingOptions().Retry, "2 s" },
        { "Streaming:MaxDuration", new StreamingOptions().MaxDuration, "9 min" },
        { "Streaming:WriteTimeout", new StreamingOptions().WriteTimeout, "10 s" },
        { "Demo:Delay", new DemoOptions().Delay, "2 s" },
    };

    [Theory]
    [MemberData(nameof(Durations))]
    public void The_README_gives_the_default(string setting, TimeSpan value, string written)
    {
        var number = int.Parse(written.Split(' ')[0]);
        Assert.Equal(written.EndsWith("min", StringComparison.Ordinal) ? TimeSpan.FromMinutes(number) : TimeSpan.FromSeconds(number), value);
        var row = Assert.Single(Rows, row => row.StartsWith($"| `{setting}` |", StringComparison.Ordinal));
        Assert.Equal(written, row.Split('|')[3].Trim());
    }

    [Theory]
    [InlineData(typeof(StreamingOptions), StreamingOptions.Section)]
    [InlineData(typeof(DemoOptions), DemoOptions.Section)]
    [InlineData(typeof(CrossOriginOptions), CrossOriginOptions.Section)]
    public void The_README_names_every_setting(Type options, string section) => Assert.All(
        options.GetProperties(),
        property => Assert.Single(Rows, row => row.StartsWith($"| `{section}:{property.Name}` |", StringComparison.Ordinal)));

    [Fact]
    public void Core_Tools_finds_the_sample_in_a_fresh_clone() => Assert.Equal(
        File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")),
        File.ReadAllText(Path.Combine(Repository.Root, "SseFunctions", "local.settings.json")));
}
