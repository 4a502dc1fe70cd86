using System.Diagnostics;
using System.Text;
using StackExchange.Redis;

namespace SseFunctions.Tests.Support;

/// <summary>A redis-server for tests: on a free port, with a temporary folder that is deleted with it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-").FullName;
    private readonly string[] _arguments;
    private Process? _process;

    private RedisServer(string[] arguments) => _arguments = arguments;

    /// <summary>The path of redis-server; null if it is not installed.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    public int Port { get; } = Ports.Free();

    /// <summary>The connection string for the product, with longer timeouts than in production, so that a Redis that is
    /// slow for a while does not fail a test.</summary>
    public string ConnectionString => $"127.0.0.1:{Port},connectTimeout=10000,asyncTimeout=20000";

    /// <summary>The connection string for the product, with short timeouts, for tests in which Redis does not
    /// answer.</summary>
    public string ImpatientConnectionString => $"127.0.0.1:{Port},connectTimeout=1000,asyncTimeout=1500";

    /// <summary>Starts a server with arguments of redis-server. Skips the test if redis-server is not
    /// installed.</summary>
    public static async Task<RedisServer> Start(params string[] arguments)
    {
        if (Executable is null)
        {
            Assert.Skip(
                "No redis-server: install it (Debian: apt-get install redis-server), or run ./test.sh.");
        }
        var server = new RedisServer(arguments);
        await server.Run();
        return server;
    }

    /// <summary>Starts the server, or starts it again with its stored data.</summary>
    public async Task Run()
    {
        var start = new ProcessStartInfo(Executable!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "",
            "--enable-debug-command", "local", .. _arguments,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new StringBuilder();
        _process.OutputDataReceived += (_, line) =>
        {
            lock (output) output.AppendLine(line.Data);
            var isReady = line.Data?.Contains("Ready to accept connections", StringComparison.Ordinal) == true;
            if (isReady) ready.TrySetResult();
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.Within($"start of Redis: {output}");
    }

    /// <summary>Kills the server, like a crash.</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).Within("end of Redis");
        process.Dispose();
        _process = null;
    }

    /// <summary>Deletes the stored data.</summary>
    public void Forget()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Suspends the server (SIGSTOP).</summary>
    public void Stop() => Signal("STOP");

    public void Continue() => Signal("CONT");

    /// <summary>Sends a command to the server, without the product.</summary>
    public async Task<RedisResult> Ask(string command, params object[] arguments)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{Port},allowAdmin=true,protocol=resp2,connectTimeout=10000,asyncTimeout=20000");
        return await connection.GetDatabase().ExecuteAsync(command, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", $"-{name} {_process!.Id}");
        kill.WaitForExit();
    }
}
