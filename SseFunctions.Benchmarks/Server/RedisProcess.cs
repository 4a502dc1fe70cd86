using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SseFunctions.Benchmarks.Commands;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A redis-server that this program starts and ends. It stores nothing on disk.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _listening;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RedisProcess(Process process, int port)
    {
        _process = process;
        ConnectionString = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        _listening = ListenAsync();
    }

    /// <summary>The connection string for the hub.</summary>
    public string ConnectionString { get; }

    /// <summary>The processor time of the process, user and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a redis-server and waits until it listens.</summary>
    /// <exception cref="UsageException">redis-server is not installed.</exception>
    /// <exception cref="IOException">redis-server did not start.</exception>
    public static async Task<RedisProcess> StartAsync(CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo(
            "redis-server",
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", ""])
        {
            RedirectStandardOutput = true,
        };
        RedisProcess redis;
        try
        {
            redis =
                new RedisProcess(Process.Start(start) ?? throw new IOException("redis-server did not start."), port);
        }
        catch (Win32Exception)
        {
            throw new UsageException(
                "redis-server is not installed: install it (Debian: apt-get install redis-server).");
        }
        try
        {
            await redis._ready.Task.WaitAsync(cancellationToken);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>The settings of an instance, with the names of environment variables.</summary>
    /// <param name="name">The name of the log. Instances with the same name share one log.</param>
    public Dictionary<string, string> SettingsFor(string name)
    {
        var settings = HubSettings.All;
        settings["Redis__ConnectionString"] = ConnectionString;
        settings["Redis__KeyPrefix"] = name;
        return settings;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _listening;
        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal)) _ready.TrySetResult();
        }
        _ready.TrySetException(new IOException("redis-server ended before it was ready."));
    }
}
