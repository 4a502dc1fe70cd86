using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SseFunctions.Tests.Support;

/// <summary>Runs the Bicep compiler. It needs neither Azure nor a network if all modules are files.</summary>
internal static class Bicep
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // A run takes seconds, and many tests use the same result.
    private static readonly Lazy<Task<(JsonElement, string)>> Built = new(RunBuild);
    private static readonly ConcurrentDictionary<string, Lazy<Task<JsonElement>>> Snapshots = new();

    // One run at a time, because other tests need the processor too.
    private static readonly SemaphoreSlim Turn = new(1);

    /// <summary>The template that <c>azd up</c> deploys.</summary>
    public static string Main { get; } = Path.Combine(Repository.Root, "infra", "main.bicep");

    /// <summary>The compiled template, and the compiler's messages.</summary>
    public static Task<(JsonElement Template, string Messages)> Build() => Built.Value;

    /// <summary>Evaluates the template with parameters, which are written as in Bicep. Expressions are evaluated,
    /// except those whose value only Azure knows.</summary>
    public static Task<JsonElement> Snapshot(params string[] parameters) => Snapshots
        .GetOrAdd(
            string.Join('\n', parameters.Select(parameter => $"param {parameter}")),
            lines => new(() => RunSnapshot(lines))).Value;

    private static async Task<(JsonElement Template, string Messages)> RunBuild()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "main.json");
        var messages = await Run("build", Main, "--outfile", file);
        return (Read(file), messages);
    }

    private static async Task<JsonElement> RunSnapshot(string parameters)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "main.bicepparam");
        await File.WriteAllTextAsync(file, $"""
            using '{Path.GetRelativePath(folder.Path, Main)}'
            param environmentName = 'test'
            param location = 'westeurope'
            {parameters}
            """);
        await Run("snapshot", file, "--mode", "overwrite", "--location", "westeurope",
            "--subscription-id", "11111111-1111-1111-1111-111111111111", "--tenant-id",
            "22222222-2222-2222-2222-222222222222");
        return Read(Path.ChangeExtension(file, ".snapshot.json"));
    }

    private static async Task<string> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Executable(), arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        await Turn.WaitAsync();
        try
        {
            return await Run(start);
        }
        finally
        {
            Turn.Release();
        }
    }

    private static async Task<string> Run(ProcessStartInfo start)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var messages = await process.StandardError.ReadToEndAsync(limit.Token) + await output;
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, messages);
            return messages;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static string Executable()
    {
        var file = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .SingleOrDefault(data => data.Key == "Bicep")?.Value;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || file is null)
            Assert.Skip("The package with the Bicep compiler is for Linux on x64.");
        if (OperatingSystem.IsWindows()) return file;
        var mode = File.GetUnixFileMode(file);
        // A NuGet package does not store which of its files are executable.
        if (!mode.HasFlag(UnixFileMode.UserExecute)) File.SetUnixFileMode(file, mode | UnixFileMode.UserExecute);
        return file;
    }

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.Clone();
    }
}
