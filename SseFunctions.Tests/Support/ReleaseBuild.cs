using System.Globalization;

namespace SseFunctions.Tests.Support;

/// <summary>What the builds of the repository's projects in Release have in common. One test packs the projects and
/// another publishes them; with the same arguments, each project is compiled once.</summary>
internal static class ReleaseBuild
{
    /// <summary>The lock that a test holds while it builds. Two builds at once would write the same files.</summary>
    public static readonly SemaphoreSlim Lock = new(1);

    /// <summary>A version that no other run uses, because NuGet keeps each version of a package that it has seen.
    /// </summary>
    public static string Version { get; } =
        $"0.0.1-test{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The arguments of each build. The analyzers have already run when the tests were built.</summary>
    public static string[] Arguments { get; } = [$"-p:Version={Version}", "-p:RunAnalyzers=false"];
}
