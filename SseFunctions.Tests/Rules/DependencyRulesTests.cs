using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>Who may know whom: the table of docs/architecture.md, read off the sources.</summary>
public sealed partial class DependencyRulesTests
{
    private static readonly string App = Path.Combine(Repository.Root, "SseFunctions");

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Streaming"] = [],
        ["Cors"] = [],
        ["EventLogs"] = ["Streaming"],
        ["Demo"] = ["Cors", "Streaming"],
        ["Health"] = [],
        ["Hub"] = ["Cors", "EventLogs", "Streaming"],
        ["Telemetry"] = ["Streaming"],
        ["Website"] = [],
    };

    public static TheoryData<string> Folders => [.. Directory.EnumerateDirectories(App).Select(folder => Path.GetFileName(folder))
        .Where(name => name is not ("bin" or "obj"))];

    // By the namespaces that it names: a word such as Streaming is also a word.
    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_knows_only_what_it_may(string folder)
    {
        Assert.True(MayKnow.TryGetValue(folder, out var allowed), $"Say in this test whom {folder} may know.");
        foreach (var (file, text) in Sources(folder))
        {
            var known = OurNames().Matches(text).Select(match => match.Groups[1].Value).Where(MayKnow.ContainsKey);
            Assert.All(known, other => Assert.True(other == folder || allowed.Contains(other), $"{file} knows {other}."));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Only_functions_know_the_Functions_worker(string folder) => Assert.All(
        Sources(folder).Where(source => Texts().Replace(source.Text, "").Contains("Microsoft.Azure.Functions", StringComparison.Ordinal)),
        source => Assert.Matches("(Functions|Triggers)\\.cs$", source.Path));

    [Fact]
    public void Only_what_faces_HTTP_knows_AspNetCore() => Assert.All(
        MayKnow.Keys.Where(folder => folder is not ("Streaming" or "Cors")).SelectMany(Sources)
            .Where(source => Texts().Replace(source.Text, "").Contains("Microsoft.AspNetCore", StringComparison.Ordinal)),
        source => Assert.Matches("(Functions|Endpoint|Request|Result)\\.cs$", source.Path));

    [Theory]
    [InlineData("StackExchange")]
    [InlineData("Azure.Core")]
    [InlineData("Azure.Identity")]
    public void Only_the_log_in_Redis_knows_its_client_and_who_opens_it(string library) => Assert.All(
        MayKnow.Keys.Where(folder => folder != "Telemetry").SelectMany(Sources).Append((Path.Combine(App, "Services.cs"), File.ReadAllText(Path.Combine(App, "Services.cs"))))
            .Where(source => source.Item2.Contains(library, StringComparison.Ordinal)),
        source => Assert.Equal(Path.Combine(App, "EventLogs", "Redis"), Path.GetDirectoryName(source.Item1)));

    [Fact]
    public void Only_telemetry_knows_OpenTelemetry_and_Azure_Monitor() => Assert.All(
        MayKnow.Keys.Where(folder => folder != "Telemetry").SelectMany(Sources).Append(("Services.cs", File.ReadAllText(Path.Combine(App, "Services.cs")))),
        source => Assert.DoesNotMatch(@"using (OpenTelemetry|Azure\.Monitor)\b", source.Item2));

    [Fact]
    public void Nothing_but_the_hosts_knows_a_host() => Assert.All(
        MayKnow.Keys.SelectMany(Sources),
        source => Assert.DoesNotContain("SseFunctions.LocalHost", source.Text, StringComparison.Ordinal));

    [Fact]
    public void The_root_holds_only_the_composition() => Assert.Equal(
        ["ISettings.cs", "Program.cs", "Rehearsal.cs", "Services.cs", "Settings.cs"],
        Directory.EnumerateFiles(App, "*.cs").Select(file => Path.GetFileName(file)).Order());

    [Fact]
    public void Namespaces_follow_folders() => Assert.All(MayKnow.Keys.SelectMany(Sources), source =>
    {
        var folder = Path.GetRelativePath(App, Path.GetDirectoryName(source.Path)!).Replace(Path.DirectorySeparatorChar, '.');
        Assert.Contains($"\nnamespace SseFunctions.{folder};\n", "\n" + source.Text, StringComparison.Ordinal);
    });

    private static IEnumerable<(string Path, string Text)> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(App, folder), "*.cs", SearchOption.AllDirectories)
        .Select(file => (file, File.ReadAllText(file)));

    [GeneratedRegex(@"SseFunctions\.(\w+)")]
    private static partial Regex OurNames();

    // Categories of log lines have the names of namespaces.
    [GeneratedRegex("\"[^\"\n]*\"")]
    private static partial Regex Texts();
}
