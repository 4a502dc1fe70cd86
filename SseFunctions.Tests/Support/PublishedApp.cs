using System.Text.RegularExpressions;

namespace SseFunctions.Tests.Support;

/// <summary>The published function app with the real worker: the folder that the environment variable
/// <c>PUBLISHED_APP</c> names, otherwise a folder that is published once for all tests. Tests are skipped if the feed
/// lacks the worker's packages.</summary>
internal static partial class PublishedApp
{
    private static readonly Lazy<Task<(string? Path, string Output)>> Published = new(Publish);

    /// <summary>The folder of the app.</summary>
    public static async Task<string> Folder()
    {
        var (folder, output) = await Published.Value;
        if (folder is null && PackageIsMissing().IsMatch(output))
        {
            Assert.Skip(
                "A feed lacks the packages of the Functions worker.");
        }
        Assert.True(folder is not null, output);
        return folder;
    }

    private static async Task<(string? Path, string Output)> Publish()
    {
        if (Environment.GetEnvironmentVariable("PUBLISHED_APP") is { Length: > 0 } published) return (published, "");
        var folder = Directory.CreateTempSubdirectory("sse-functions-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var project = Path.Combine(Repository.Root, "SseFunctions");
        await ReleaseBuild.Lock.WaitAsync();
        try
        {
            var (exitCode, output) = await Command.Run(
                Repository.Root,
                "dotnet",
                [
                    "publish", project, "-c", "Release", "-o", folder, "-nologo", "-v", "quiet",
                    .. ReleaseBuild.Arguments,
                ]);
            return (exitCode == 0 ? folder : null, output);
        }
        finally
        {
            ReleaseBuild.Lock.Release();
        }
    }

    [GeneratedRegex("NU110[123]")]
    private static partial Regex PackageIsMissing();
}
