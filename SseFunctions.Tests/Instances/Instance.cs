using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Instances;

/// <summary>An instance of the app: LocalHost in a process. Its address stays the same when it is killed and started
/// again.</summary>
internal sealed class Instance : IDisposable
{
    private readonly int _port = Ports.Free();
    private readonly (string Name, string Value)[] _environment;
    private LocalHostProcess? _process;

    private Instance((string Name, string Value)[] environment)
    {
        _environment = environment;
        Url = new Uri($"http://127.0.0.1:{_port}/");
    }

    public Uri Url { get; }

    public string Output => _process?.Output ?? "";

    public static async Task<Instance> Start(params (string Name, string Value)[] environment)
    {
        var instance = new Instance(environment);
        await instance.Start();
        return instance;
    }

    /// <summary>Kills the process with SIGKILL, which it cannot handle, and starts it again.</summary>
    public async Task KillAndStart()
    {
        _process!.Kill();
        await _process.Exit();
        _process.Dispose();
        await Start();
    }

    public void Dispose() => _process?.Dispose();

    /// <summary>Sends a signal: STOP freezes the process, CONT lets it go on.</summary>
    public void Signal(string name)
    {
        using var kill = System.Diagnostics.Process.Start("kill", $"-{name} {_process!.Id}");
        kill.WaitForExit();
    }

    /// <summary>Waits until the process has ended.</summary>
    public Task Exit() => _process!.Exit();

    /// <summary>Waits until the process has printed a line with this text.</summary>
    public Task Printed(string text) => _process!.Printed(text);

    private async Task Start()
    {
        _process = LocalHostProcess.Start($"--port {_port}", _environment);
        await _process.Url;
    }
}
