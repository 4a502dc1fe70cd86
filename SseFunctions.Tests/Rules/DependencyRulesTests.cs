using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>Who may know whom: the table of docs/architecture.md, read off the sources.</summary>
public sealed class DependencyRulesTests
{
    private static readonly string App = Path.Combine(Repository.Root, "SseFunctions");

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Streaming"] = [],
        ["Cors"] = [],
        ["Demo"] = ["Cors", "Streaming"],
        ["Website"] = [],
    };

    public static TheoryData<string> Folders => [.. Directory.EnumerateDirectories(App).Select(folder => Path.GetFileName(folder))
        .Where(name => name is not ("bin" or "obj"))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_knows_only_what_it_may(string folder)
    {
        Assert.True(MayKnow.TryGetValue(folder, out var allowed), $"Say in this test whom {folder} may know.");
        foreach (var (file, text) in Sources(folder))
        {
            foreach (var other in MayKnow.Keys.Except([folder, .. allowed]))
                Assert.False(Regex.IsMatch(text, $@"\b{other}\.\w"), $"{file} knows {other}.");
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Only_functions_know_the_Functions_worker(string folder) => Assert.All(
        Sources(folder).Where(source => source.Text.Contains("Microsoft.Azure.Functions", StringComparison.Ordinal)),
        source => Assert.EndsWith("Functions.cs", source.File, StringComparison.Ordinal));

    [Fact]
    public void Only_what_faces_HTTP_knows_AspNetCore() => Assert.All(
        MayKnow.Keys.Where(folder => folder is not ("Streaming" or "Cors")).SelectMany(Sources)
            .Where(source => source.Text.Contains("Microsoft.AspNetCore", StringComparison.Ordinal)),
        source => Assert.Matches("(Functions|Result)\\.cs$", source.File));

    [Fact]
    public void Nothing_but_the_hosts_knows_a_host() => Assert.All(
        MayKnow.Keys.SelectMany(Sources),
        source => Assert.DoesNotContain("SseFunctions.LocalHost", source.Text, StringComparison.Ordinal));

    [Fact]
    public void The_root_holds_only_the_composition() => Assert.Equal(
        ["ISettings.cs", "Program.cs", "Services.cs", "Settings.cs"],
        Directory.EnumerateFiles(App, "*.cs").Select(file => Path.GetFileName(file)).Order());

    [Fact]
    public void Namespaces_follow_folders() => Assert.All(MayKnow.Keys, folder => Assert.All(
        Sources(folder),
        source => Assert.Contains($"\nnamespace SseFunctions.{folder};\n", "\n" + source.Text, StringComparison.Ordinal)));

    private static IEnumerable<(string File, string Text)> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(App, folder), "*.cs", SearchOption.AllDirectories)
        .Select(file => (file, File.ReadAllText(file)));
}
