using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    // It may restore and compile, beside all other tests.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>The exit code, and all that it has printed.</summary>
    public static async Task<(int ExitCode, string Output)> Run(
        string folder, string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What this process was started with by a test program must not reach another build.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        // Processes that stay behind would hold the output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, $"{await output}{await errors}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
