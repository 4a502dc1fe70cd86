using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The connection to Redis that all parts of this instance share. It connects at the first command, and
/// reconnects automatically. Thread-safe.</summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    // After the timeout, wait this much longer for the exception of the Redis client: its message names the cause.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    // The setting in the connection string for how often the client asks the servers for their roles.
    private const string RoleCheck = "configCheckSeconds";
    private const int RoleCheckSeconds = 2;

    private readonly Lock _gate = new();
    private readonly ConfigurationOptions _configuration;
    private readonly RedisIdentity? _identity;
    private readonly RedisConnection? _messages;
    private readonly RedisConnectionMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task<ConnectionMultiplexer>? _connecting;

    /// <summary>Prepares the connection; nothing connects yet.</summary>
    /// <param name="options">The server, the key prefix and the identity.</param>
    /// <param name="metrics">Counts round trips and reconnections.</param>
    /// <param name="time">Measures round trips.</param>
    /// <param name="logger">Receives lost and restored connections, and the results of token requests.</param>
    /// <param name="identity">The identity that signs in to Redis; the connection disposes it. Null: the identity that
    /// the options name, if they name one.</param>
    public RedisConnection(
        RedisOptions options,
        RedisConnectionMetrics metrics,
        TimeProvider time,
        ILogger<RedisConnection> logger,
        RedisIdentity? identity = null)
        : this(
            Parse(options),
            new RedisKeyPrefix(options.KeyPrefix),
            identity ?? RedisIdentity.Create(options, time, logger),
            metrics,
            time,
            logger)
    {
        // The host must be able to start while Redis is down.
        _configuration.AbortOnConnectFail = false;
        _configuration.ClientName ??= "SseFunctions";
        // With several servers, the client notices that a replica became the primary when it next asks for the roles.
        // By default it asks once a minute. Until then no update can be published or read.
        if (_configuration.EndPoints.Count > 1
            && !options.ConnectionString.Contains(RoleCheck, StringComparison.OrdinalIgnoreCase))
            _configuration.ConfigCheckSeconds = RoleCheckSeconds;
        // SyncTimeout also limits how long a command waits for a connection. At its next heartbeat, the client fails
        // such a command with an exception that names why there is no connection. This must happen before AsyncTimeout,
        // whose exception names no cause.
        var twoHeartbeats = (int)(2 * _configuration.HeartbeatInterval).TotalMilliseconds;
        var limit = _configuration.AsyncTimeout;
        // Set AsyncTimeout, even if to the same value: an unset AsyncTimeout follows SyncTimeout.
        _configuration.AsyncTimeout = limit;
        _configuration.SyncTimeout = Math.Max(limit / 2, limit - twoHeartbeats);
        if (_identity is null) return;
        _identity.Configure(_configuration);
        _messages = new RedisConnection(
            RedisIdentity.ForMessages(_configuration), KeyPrefix, _identity, metrics, time, logger);
        _messages.Restored += () => Restored?.Invoke();
    }

    private RedisConnection(
        ConfigurationOptions configuration,
        RedisKeyPrefix keyPrefix,
        RedisIdentity? identity,
        RedisConnectionMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _configuration = configuration;
        KeyPrefix = keyPrefix;
        _identity = identity;
        Timeout = TimeSpan.FromMilliseconds(configuration.AsyncTimeout);
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>Raised when a lost connection is restored, on any thread.</summary>
    public event Action? Restored;

    /// <summary>The prefix of the names of all keys and channels.</summary>
    public RedisKeyPrefix KeyPrefix { get; }

    /// <summary>How long Redis may take to answer.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Subscribes to a Redis channel, and calls <paramref name="onMessage"/> for each message, on any thread.
    /// The Redis client renews this subscription when it reconnects.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task SubscribeAsync(
        RedisChannel channel, Action<RedisValue> onMessage, CancellationToken cancellationToken) =>
        (_messages ?? this).QueryAsync(
            async multiplexer =>
            {
                var subscriber = multiplexer.GetSubscriber();
                // The client keeps the handler of a failed attempt. Without this, each message would be handled twice.
                await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
                await subscriber.SubscribeAsync(channel, (_, message) => onMessage(message));
                return true;
            },
            cancellationToken);

    /// <summary>Runs a script on the primary.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task<RedisResult> RunAsync(
        RedisScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        QueryAsync(
            multiplexer => multiplexer.GetDatabase()
                .ScriptEvaluateAsync(script.Text, keys, arguments, CommandFlags.DemandMaster),
            cancellationToken);

    /// <summary>Sends commands and waits for the answer, at most <see cref="Timeout"/>.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<T> QueryAsync<T>(Func<ConnectionMultiplexer, Task<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await ConnectAsync().WaitAsync(cancellationToken);
            var start = _time.GetTimestamp();
            var sent = query(multiplexer);
            // Observe the exception of this task, because the wait below may end before the task does.
            _ = sent.ContinueWith(
                static failed => failed.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            var answer = await sent.WaitAsync(Timeout + Grace, cancellationToken);
            _metrics.RoundTrip(_time.GetElapsedTime(start));
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new HubUnavailableException(_identity?.Explain(exception) ?? exception.Message, exception);
        }
    }

    /// <summary>Closes the connections, then stops the identity.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (_messages is not null) await _messages.CloseAsync();
        if (_identity is not null) await _identity.DisposeAsync();
    }

    private static ConfigurationOptions Parse(RedisOptions options) => options.TryParse(out var configuration)
        ? configuration
        : throw new ArgumentException(
            $"{RedisOptions.Section}:{nameof(RedisOptions.ConnectionString)} cannot be read: write it as "
                + "host:port,password=...,ssl=true.",
            nameof(options));

    private async Task CloseAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate) connecting = _connecting;
        if (connecting is { IsCompletedSuccessfully: true }) await (await connecting).DisposeAsync();
    }

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
        // ConnectAsync calls this method under its lock. Leave the lock before connecting.
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

    [LoggerMessage(200, LogLevel.Warning,
        "The {Type} connection to Redis at {Address} is lost: {Reason}. Reconnecting. If this lasts, check the server "
        + "and Redis:ConnectionString")]
    private partial void LogLost(EndPoint? address, ConnectionType type, ConnectionFailureType reason);

    [LoggerMessage(201, LogLevel.Information, "The {Type} connection to Redis at {Address} is restored")]
    private partial void LogRestored(EndPoint? address, ConnectionType type);
}
