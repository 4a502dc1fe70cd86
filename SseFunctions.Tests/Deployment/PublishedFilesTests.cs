using System.Diagnostics;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Deployment;

/// <summary>The files that <c>dotnet publish SseFunctions</c> publishes beside the code: those that the Functions host
/// needs, the page, and no local settings.</summary>
public sealed class PublishedFilesTests
{
    private static readonly Lazy<Task<JsonElement[]>> Items = new(Evaluate);

    [Theory]
    [InlineData("host.json")]
    [InlineData("static-ui/index.html")]
    [InlineData("static-ui/hub.html")]
    [InlineData("static-ui/js/app.js")]
    public async Task Has(string file) =>
        Assert.Contains(await Items.Value, item => Published(item) && Target(item) == file);

    [Fact]
    public async Task Has_every_file_of_the_page()
    {
        var page = Path.Combine(Repository.Root, "static-ui");
        var published = (await Items.Value).Where(Published).Select(Target).ToHashSet();
        Assert.All(Directory.EnumerateFiles(page, "*", SearchOption.AllDirectories), file =>
            Assert.Contains($"static-ui/{Path.GetRelativePath(page, file).Replace('\\', '/')}", published));
    }

    [Fact]
    public async Task Has_no_local_settings()
    {
        var settings = (await Items.Value)
            .Where(item => Target(item).Contains("local.settings", StringComparison.OrdinalIgnoreCase)).ToArray();
        Assert.NotEmpty(settings);
        Assert.DoesNotContain(settings, Published);
    }

    private static bool Published(JsonElement item) =>
        item.TryGetProperty("CopyToPublishDirectory", out var copy) && copy.GetString() is "PreserveNewest" or "Always";

    private static string Target(JsonElement item) =>
        (item.TryGetProperty("Link", out var link) ? link : item.GetProperty("Identity"))
            .GetString()!.Replace('\\', '/');

    // Evaluates the project without building it, so that no package is needed.
    private static async Task<JsonElement[]> Evaluate()
    {
        var project = Path.Combine(Repository.Root, "SseFunctions", "SseFunctions.csproj");
        var start = new ProcessStartInfo(
            "dotnet", ["msbuild", project, "-getItem:None", "-nologo"])
        { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, output);
            using var document = JsonDocument.Parse(output);
            return [.. document.RootElement.Clone().GetProperty("Items").GetProperty("None").EnumerateArray()];
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
