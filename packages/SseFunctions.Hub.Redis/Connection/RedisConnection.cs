using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The connection to Redis: made when it is first needed, kept up by itself, and shared by all. Thread-safe.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    // So that what Redis itself says of a time that is over comes before we give up.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    // As the connection string would name it.
    private const string RoleCheck = "configCheckSeconds";
    private const int RoleCheckSeconds = 2;

    private readonly Lock _gate = new();
    private readonly ConfigurationOptions _configuration;
    private readonly RedisIdentity? _identity;
    private readonly RedisConnection? _messages;
    private readonly RedisMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task<ConnectionMultiplexer>? _connecting;

    /// <summary>Makes it; nothing is connected yet.</summary>
    public RedisConnection(
        RedisOptions options, RedisIdentity? identity, RedisMetrics metrics, TimeProvider time, ILogger logger)
        : this(Parse(options), identity, metrics, time, logger)
    {
        // A host starts without Redis, and finds it later.
        _configuration.AbortOnConnectFail = false;
        _configuration.ClientName ??= "SseFunctions";
        // Of several servers, one that is promoted is noticed when it is asked for its role: as a rule once a minute,
        // and nothing could be published or read meanwhile.
        if (_configuration.EndPoints.Count > 1
            && !options.ConnectionString.Contains(RoleCheck, StringComparison.OrdinalIgnoreCase))
            _configuration.ConfigCheckSeconds = RoleCheckSeconds;
        // How long a question waits for a connection. What it is answered then, at the next heartbeat, says why there
        // is none; and it has to come before we give up.
        var twoHeartbeats = (int)(2 * _configuration.HeartbeatInterval).TotalMilliseconds;
        var limit = _configuration.AsyncTimeout;
        // Where it is not set, it is what the other one is.
        _configuration.AsyncTimeout = limit;
        _configuration.SyncTimeout = Math.Max(limit / 2, limit - twoHeartbeats);
        if (identity is null) return;
        identity.Configure(_configuration);
        _messages = new RedisConnection(RedisIdentity.ForMessages(_configuration), identity, metrics, time, logger);
        _messages.Restored += () => Restored?.Invoke();
    }

    private RedisConnection(
        ConfigurationOptions configuration,
        RedisIdentity? identity,
        RedisMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _configuration = configuration;
        _identity = identity;
        Timeout = TimeSpan.FromMilliseconds(configuration.AsyncTimeout);
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>Called when a connection came back.</summary>
    public event Action? Restored;

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Calls someone at each message of a channel. Survives the loss of connections.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached.</exception>
    public Task SubscribeAsync(
        RedisChannel channel, Action<RedisValue> onMessage, CancellationToken cancellationToken) =>
        (_messages ?? this).AskAsync(
            async multiplexer =>
            {
                var subscriber = multiplexer.GetSubscriber();
                // A try that failed has left its handler there.
                await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
                await subscriber.SubscribeAsync(channel, (_, message) => onMessage(message));
                return true;
            },
            cancellationToken);

    /// <summary>Runs a script where things are written.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task<RedisResult> RunAsync(
        string script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) => AskAsync(
            multiplexer => multiplexer.GetDatabase()
                .ScriptEvaluateAsync(script, keys, arguments, CommandFlags.DemandMaster),
            cancellationToken);

    /// <summary>Asks for something.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<T> AskAsync<T>(Func<ConnectionMultiplexer, Task<T>> question, CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await ConnectAsync().WaitAsync(cancellationToken);
            var start = _time.GetTimestamp();
            var asked = question(multiplexer);
            // If we do not wait for it to its end, nobody looks at what becomes of it.
            _ = asked.ContinueWith(
                static failed => failed.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            var answer = await asked.WaitAsync(Timeout + Grace, cancellationToken);
            _metrics.RoundTrip(_time.GetElapsedTime(start));
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new LogUnavailableException(_identity?.Explain(exception) ?? exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate) connecting = _connecting;
        if (connecting is { IsCompletedSuccessfully: true }) await (await connecting).DisposeAsync();
        if (_messages is not null) await _messages.DisposeAsync();
    }

    private static ConfigurationOptions Parse(RedisOptions options) => options.TryParse(out var configuration)
        ? configuration
        : throw new ArgumentException("The connection string cannot be read.", nameof(options));

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (_gate)
        {
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true }) _connecting = OpenAsync();
            return _connecting;
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        // Not under the caller's lock.
        await Task.Yield();
        if (_identity is not null) await _identity.ReadyAsync(Timeout);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(_configuration);
        multiplexer.ConnectionFailed += (_, failure) =>
            LogLost(failure.EndPoint, failure.ConnectionType, failure.FailureType);
        multiplexer.ConnectionRestored += (_, restored) =>
        {
            _metrics.Reconnected();
            LogRestored(restored.EndPoint, restored.ConnectionType);
            Restored?.Invoke();
        };
        _identity?.Keep(multiplexer);
        return multiplexer;
    }

    [LoggerMessage(1, LogLevel.Warning, "The {Type} connection to Redis at {Address} is lost: {Reason}")]
    private partial void LogLost(EndPoint? address, ConnectionType type, ConnectionFailureType reason);

    [LoggerMessage(2, LogLevel.Information, "The {Type} connection to Redis at {Address} is back")]
    private partial void LogRestored(EndPoint? address, ConnectionType type);
}
