using System.Reflection;

namespace SseFunctions.Tests.Support;

internal static class Repository
{
    /// <summary>The top folder of the checkout that these tests were built from.</summary>
    public static string Root { get; } = Path.GetFullPath(typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!);
}
