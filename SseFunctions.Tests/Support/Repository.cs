using System.Reflection;

namespace SseFunctions.Tests.Support;

internal static class Repository
{
    /// <summary>The root folder of the checkout from which these tests were built.</summary>
    public static string Root { get; } = Path.GetFullPath(typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!);
}
