using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>Which namespaces the folders of SseFunctions.Hub.Redis may use, checked in the sources.</summary>
public sealed partial class RedisFoldersTests
{
    private static readonly string Project = Path.Combine(Repository.Root, "packages", "SseFunctions.Hub.Redis");

    [Theory]
    [InlineData("Connection", "SseFunctions.Hub.EventLogs", "SseFunctions.Hub.Presence", "Redis.Log", "Redis.Registry")]
    [InlineData("Log", "Redis.Registry", "SseFunctions.Hub.Presence")]
    [InlineData("Registry", "Redis.Log", "SseFunctions.Hub.EventLogs")]
    public void Names_no_other_folder_than_it_may(string folder, params string[] forbidden)
    {
        var files = Directory.GetFiles(Path.Combine(Project, folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.All(forbidden, other =>
            Assert.DoesNotContain(other, File.ReadAllText(file), StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_script_names_its_keys_and_arguments()
    {
        string[] folders = ["Log", "Registry"];
        var scripts = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(Project, folder), "*.lua")).ToList();
        Assert.NotEmpty(scripts);
        Assert.All(scripts, script => Assert.DoesNotContain(File.ReadLines(script), line =>
            Numbered().IsMatch(line) && !line.StartsWith("local ", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"(KEYS|ARGV)\[\d")]
    private static partial Regex Numbered();
}
