using System.Diagnostics;
using System.Text;

namespace SseFunctions.Tests.Support;

/// <summary>LocalHost in its own process, which can be stopped and killed.</summary>
internal sealed class LocalHostProcess : IDisposable
{
    private const string PageLine = "The page";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource Printed)> _awaited = [];
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LocalHostProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>The address of the page, once the host has printed it.</summary>
    public Task<string> Url => _url.Task.Within($"address of the page in: {Output}");

    public static LocalHostProcess Start(string arguments, params (string Name, string Value)[] environment) =>
        Start(AppContext.BaseDirectory, arguments, environment);

    public static LocalHostProcess Start(
        string folder, string arguments, params (string Name, string Value)[] environment)
    {
        var start =
            new ProcessStartInfo("dotnet", $"\"{Path.Combine(folder, "SseFunctions.LocalHost.dll")}\" {arguments}")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
        // Most processes live for seconds, so compiling code again with the profile of its first runs does not pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var host = new LocalHostProcess(new Process { StartInfo = start });
        host._process.OutputDataReceived += host.OnLine;
        host._process.ErrorDataReceived += host.OnLine;
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Waits until the host has printed a line with this text.</summary>
    public Task Printed(string text)
    {
        var printed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Contains(text, StringComparison.Ordinal)) return Task.CompletedTask;
            _awaited.Add((text, printed));
        }
        return printed.Task.Within($"line with '{text}'");
    }

    /// <summary>Asks the process to stop with a signal, like Ctrl+C and platforms do.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", $"-TERM {_process.Id}");
        kill.WaitForExit();
    }

    public void Kill() => _process.Kill();

    public async Task<int> Exit()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .Within($"exit of the host, after: {Output}");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text)
        {
            _url.TrySetException(
                new InvalidOperationException($"The host ended without an address of the page: {Output}"));
            return;
        }
        lock (_output)
        {
            _output.AppendLine(text);
            _awaited.RemoveAll(
                next => text.Contains(next.Text, StringComparison.Ordinal) && next.Printed.TrySetResult());
        }
        if (text.Contains(PageLine, StringComparison.Ordinal)) _url.TrySetResult(text.Trim()[PageLine.Length..].Trim());
    }
}
