namespace SseFunctions.Tests.Support;

/// <summary>A new, empty folder, which is deleted with all its contents when it is disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ssefunctions-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
