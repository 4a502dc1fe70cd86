using System.Diagnostics.Metrics;
using Azure.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Log;

namespace SseFunctions.Tests.Support;

/// <summary>Starts logs in Redis, one for each instance of an app, and stops them at the end of the test.</summary>
internal sealed class RedisLogs : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Dictionary<RedisEventLog, RedisConnection> _logs = [];
    private readonly LoggerFactory _loggers;

    public RedisLogs() => _loggers = new LoggerFactory([Logs]);

    public CapturedLogs Logs { get; } = new();

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    /// <summary>Starts a log, and waits until it has read from Redis.</summary>
    public async Task<RedisEventLog> Start(RedisServer server, string keyPrefix = "sse", LogLimits? limits = null)
    {
        var options = new RedisOptions { ConnectionString = server.ConnectionString, KeyPrefix = keyPrefix };
        var log = await Start(options, null, limits);
        await log.UntilRead();
        return log;
    }

    /// <summary>Starts a log whose Redis holds more entries than an instance, like in an app, and waits until it has
    /// read from Redis. With the other methods Redis holds exactly as many as an instance.</summary>
    public async Task<RedisEventLog> StartAsForUsers(
        RedisServer server, LogLimits limits, string connectionString = "")
    {
        var options = new RedisOptions
        {
            ConnectionString = connectionString.Length > 0 ? connectionString : server.ConnectionString,
        };
        var log = await Start(options, null, limits, RedisEventLog.StoredLimits(limits));
        await log.UntilRead();
        return log;
    }

    /// <summary>Starts a log with short timeouts, also while Redis is down.</summary>
    public Task<RedisEventLog> StartImpatient(RedisServer server) =>
        Start(new RedisOptions { ConnectionString = server.ImpatientConnectionString }, null, null);

    /// <summary>Starts a log with short timeouts that reaches its server through a proxy on another port.</summary>
    public Task<RedisEventLog> StartImpatient(RedisServer server, int port) => Start(
        new RedisOptions
        {
            ConnectionString =
                server.ImpatientConnectionString.Replace($":{server.Port},", $":{port},", StringComparison.Ordinal),
        },
        null,
        null);

    /// <summary>Starts a log whose connection signs in with a credential.</summary>
    public Task<RedisEventLog> Start(TlsRedis server, TokenCredential credential) => Start(
        new RedisOptions { ConnectionString = server.ConnectionString, Credential = "managedidentity" },
        new RedisIdentity(credential, TimeProvider.System, _loggers.CreateLogger<RedisEventLog>()),
        null);

    /// <summary>Stops one log and its connection, in the order in which an app's services stop. May be called
    /// again.</summary>
    public async Task End(RedisEventLog log)
    {
        await log.DisposeAsync();
        await _logs[log].DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var log in _logs.Keys) await End(log);
        _loggers.Dispose();
        await _services.DisposeAsync();
    }

    private async Task<RedisEventLog> Start(
        RedisOptions options, RedisIdentity? identity, LogLimits? limits, LogLimits? stored = null)
    {
        var connection = new RedisConnection(
            options,
            new RedisConnectionMetrics(Meters),
            TimeProvider.System,
            _loggers.CreateLogger<RedisConnection>(),
            identity);
        var log = new RedisEventLog(
            connection,
            limits ?? new LogLimits(10_000, 100_000_000, TimeSpan.FromDays(1)),
            TimeProvider.System,
            new RedisMirrorMetrics(Meters),
            _loggers.CreateLogger<RedisEventLog>(),
            stored ?? limits);
        _logs.Add(log, connection);
        await log.StartAsync(TestContext.Current.CancellationToken);
        return log;
    }
}
