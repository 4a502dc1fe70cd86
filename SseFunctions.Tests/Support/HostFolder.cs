namespace SseFunctions.Tests.Support;

/// <summary>A copy of LocalHost whose files a test may change.</summary>
internal sealed class HostFolder : IDisposable
{
    public HostFolder()
    {
        var source = AppContext.BaseDirectory;
        var page = System.IO.Path.Combine(source, "static-ui");
        foreach (var file in Directory.EnumerateFiles(source, "SseFunctions.*")
            .Concat(Directory.EnumerateFiles(source, "*.json"))
            .Concat(Directory.EnumerateFiles(source, "Azure.*.dll"))
            .Concat(Directory.EnumerateFiles(source, "Microsoft.*.dll"))
            .Concat(Directory.EnumerateFiles(source, "OpenTelemetry*.dll"))
            .Concat(Directory.EnumerateFiles(source, "StackExchange.*.dll"))
            .Concat(Directory.EnumerateFiles(source, "RESPite*.dll"))
            .Concat(Directory.EnumerateFiles(source, "System.*.dll"))
            .Concat(Directory.EnumerateFiles(page, "*", SearchOption.AllDirectories)).Distinct())
        {
            var copy = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("localhost-").FullName;

    public void Write(string file, string text) => File.WriteAllText(System.IO.Path.Combine(Path, file), text);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
