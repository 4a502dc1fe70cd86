using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>Runs a program and waits for its end.</summary>
internal static class Command
{
    // Long, because the program may restore and compile while other tests run.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Runs the program. Returns its exit code and its output.</summary>
    public static async Task<(int ExitCode, string Output)> Run(
        string folder, string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Variables that the test runner has set for this process must not reach another build.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        // Build server processes that stay alive would keep the output open.
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
