using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Packages;

/// <summary>All packages, packed with a unique version into a folder outside the repository. The tests create apps
/// there, which do not use files of the repository.</summary>
public sealed partial class PackedPackages : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sse-packages-").FullName;

    /// <summary>The unique version of the packages.</summary>
    public string Version { get; } = ReleaseBuild.Version;

    private string Packages => Path.Combine(_folder, "packages");

    public async ValueTask InitializeAsync()
    {
        await ReleaseBuild.Lock.WaitAsync();
        try
        {
            await Succeed(
                Repository.Root,
                Path.Combine(Repository.Root, "pack.sh"),
                [Packages, .. ReleaseBuild.Arguments]);
        }
        finally
        {
            ReleaseBuild.Lock.Release();
        }
        File.WriteAllText(
            Path.Combine(_folder, "NuGet.config"),
            $"<configuration><packageSources><add key=\"packed\" value=\"{Packages}\" /></packageSources>"
                + "</configuration>");
        // The apps must not use the repository's build settings.
        await Succeed(
            _folder, "dotnet", "new", "install", Path.Combine(Packages, $"SseFunctions.Templates.{Version}.nupkg"));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (
            var package in Directory.Exists(restored) ? Directory.EnumerateDirectories(restored, "ssefunctions.*") : [])
        {
            var version = Path.Combine(package, Version);
            if (Directory.Exists(version)) Directory.Delete(version, recursive: true);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Creates a folder for an app.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Publishes the app in a folder. Skips the test if the feed lacks the worker's packages.</summary>
    public static async Task<string> Publish(string app)
    {
        var published = $"{app}-published";
        var (exitCode, output) = await Command.Run(
            app, "dotnet", ["publish", "-c", "Release", "-o", published, "-nologo", "-v", "quiet", "-nodeReuse:false"]);
        if (exitCode != 0
            && PackageIsMissing().IsMatch(output)
            && !output.Contains("SseFunctions.", StringComparison.Ordinal))
            Assert.Skip("A feed lacks the packages of the Functions worker.");
        Assert.True(exitCode == 0, output);
        return published;
    }

    /// <summary>Runs a program that must succeed.</summary>
    public async Task Succeed(string folder, string program, params string[] arguments)
    {
        // dotnet new installs templates per user. Another home folder keeps them away from the user who runs the tests.
        var (exitCode, output) =
            await Command.Run(folder, program, arguments, ("DOTNET_CLI_HOME", Path.Combine(_folder, "home")));
        Assert.True(exitCode == 0, output);
    }

    [GeneratedRegex("NU110[123]")]
    private static partial Regex PackageIsMissing();
}
