using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>Runs <c>scripts/smoke.sh</c>. Tests are skipped if bash or curl is not installed.</summary>
internal sealed class SmokeScript : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private SmokeScript(Process process)
    {
        _process = process;
        _process.Start();
        _process.StandardInput.Close();
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The path of curl; null if it is not installed.</summary>
    public static string? Curl { get; } = Find("curl");

    public static SmokeScript Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var bash = Find("bash");
        if (bash is null || Curl is null) Assert.Skip("This needs bash and curl.");
        var start = new ProcessStartInfo(bash, [Path.Combine(Repository.Root, "scripts", "smoke.sh"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["no_proxy"] = "*";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new SmokeScript(new Process { StartInfo = start });
    }

    /// <summary>Runs the script to its end. Standard error must be empty.</summary>
    public static async Task<SmokeResult> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        using var script = Start(arguments, environment);
        var result = await script.Result();
        Assert.True(result.Exit == 2 || result.Errors.Length == 0, result.Errors);
        return result;
    }

    public async Task<SmokeResult> Result()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return new SmokeResult(_process.ExitCode, await _output, await _errors);
    }

    /// <summary>Asks the script to stop with a signal, like a job runner.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", $"-TERM {_process.Id}");
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
