using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SseFunctions.Benchmarks.Commands;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A redis-server of this program's own, which keeps everything in memory.</summary>
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

    /// <summary>For the hub.</summary>
    public string ConnectionString { get; }

    /// <summary>The processor time it has used, user and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one and waits until it listens.</summary>
    /// <exception cref="UsageException">There is no redis-server.</exception>
    /// <exception cref="IOException">It did not start.</exception>
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
            redis = new RedisProcess(Process.Start(start) ?? throw new IOException("No new process."), port);
        }
        catch (Win32Exception)
        {
            throw new UsageException("There is no redis-server: install it (Debian: apt-get install redis-server).");
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

    /// <summary>The settings of an instance, named as environment variables are.</summary>
    /// <param name="name">Of the log: instances with the same one share it.</param>
    public Dictionary<string, string> SettingsFor(string name)
    {
        var settings = HubSettings.All;
        settings["Redis__ConnectionString"] = ConnectionString;
        settings["Redis__KeyPrefix"] = name;
        return settings;
    }

    /// <summary>Ends it.</summary>
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
        _ready.TrySetException(new IOException("Redis ended."));
    }
}
