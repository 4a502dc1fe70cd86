using System.Diagnostics;
using System.Text;
using StackExchange.Redis;

namespace SseFunctions.Tests.Support;

/// <summary>A Redis of the tests' own: on a free port, with a folder that goes with it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-").FullName;
    private readonly string[] _arguments;
    private Process? _process;

    private RedisServer(string[] arguments) => _arguments = arguments;

    /// <summary>Where redis-server is, or null.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    public int Port { get; } = Ports.Free();

    /// <summary>For the product: it gives up later than it would for its users, so that a Redis that is slow for a
    /// while is no failure.</summary>
    public string ConnectionString => $"127.0.0.1:{Port},connectTimeout=10000,asyncTimeout=20000";

    /// <summary>For the product: it gives up soon. For tests in which Redis does not answer.</summary>
    public string ImpatientConnectionString => $"127.0.0.1:{Port},connectTimeout=1000,asyncTimeout=1500";

    /// <summary>Starts one; the test is skipped where there is none. Arguments are those of redis-server.</summary>
    public static async Task<RedisServer> Start(params string[] arguments)
    {
        if (Executable is null) Assert.Skip("No redis-server: install it (Debian: apt-get install redis-server), or run ./test.sh.");
        var server = new RedisServer(arguments);
        await server.Run();
        return server;
    }

    /// <summary>Starts it, again with what it has stored.</summary>
    public async Task Run()
    {
        var start = new ProcessStartInfo(Executable!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--enable-debug-command", "local", .. _arguments])
            start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new StringBuilder();
        _process.OutputDataReceived += (_, line) =>
        {
            lock (output) output.AppendLine(line.Data);
            if (line.Data?.Contains("Ready to accept connections", StringComparison.Ordinal) == true) ready.TrySetResult();
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.Within($"start of Redis: {output}");
    }

    /// <summary>Ends it without a word, as a crash would.</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).Within("end of Redis");
        process.Dispose();
        _process = null;
    }

    /// <summary>Deletes what it has stored.</summary>
    public void Forget()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Makes it stand still, as it is.</summary>
    public void Stop() => Signal("STOP");

    public void Continue() => Signal("CONT");

    /// <summary>Asks it something, past the product.</summary>
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
