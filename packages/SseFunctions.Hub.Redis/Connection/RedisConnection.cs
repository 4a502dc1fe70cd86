using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The connection to Redis that everything in this process shares. It connects when it is first needed, and
/// reconnects by itself. Thread-safe.</summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    // The client reports its own timeout within this time. Its message says more than ours would.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    // The setting's name in the connection string.
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
    /// <param name="logger">Receives lost and restored connections, and what becomes of tokens.</param>
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
        // By default it asks once a minute, and until then nothing can be published or read.
        if (_configuration.EndPoints.Count > 1
            && !options.ConnectionString.Contains(RoleCheck, StringComparison.OrdinalIgnoreCase))
            _configuration.ConfigCheckSeconds = RoleCheckSeconds;
        // SyncTimeout also limits how long a command waits for a connection. The client fails such a command at its
        // next heartbeat, with the reason why there is no connection. That has to come before AsyncTimeout, which says
        // nothing but "timeout".
        var twoHeartbeats = (int)(2 * _configuration.HeartbeatInterval).TotalMilliseconds;
        var limit = _configuration.AsyncTimeout;
        // AsyncTimeout follows SyncTimeout until it is set.
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

    /// <summary>Raised when a connection that was lost is back.</summary>
    public event Action? Restored;

    /// <summary>What the names of all keys and channels begin with.</summary>
    public RedisKeyPrefix KeyPrefix { get; }

    /// <summary>How long Redis may take to answer.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Calls <paramref name="onMessage"/> for each message of a channel. The subscription is renewed by itself
    /// when a connection is lost.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task SubscribeAsync(
        RedisChannel channel, Action<RedisValue> onMessage, CancellationToken cancellationToken) =>
        (_messages ?? this).QueryAsync(
            async multiplexer =>
            {
                var subscriber = multiplexer.GetSubscriber();
                // The client keeps the handler of an attempt that failed; each message would be handled twice.
                await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
                await subscriber.SubscribeAsync(channel, (_, message) => onMessage(message));
                return true;
            },
            cancellationToken);

    /// <summary>Runs a script on the primary.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task<RedisResult> RunAsync(
        RedisScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) => QueryAsync(
            multiplexer => multiplexer.GetDatabase()
                .ScriptEvaluateAsync(script.Text, keys, arguments, CommandFlags.DemandMaster),
            cancellationToken);

    /// <summary>Sends commands and waits for the answer.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<T> QueryAsync<T>(Func<ConnectionMultiplexer, Task<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await ConnectAsync().WaitAsync(cancellationToken);
            var start = _time.GetTimestamp();
            var sent = query(multiplexer);
            // If the wait below ends early, nobody else observes the exception of this task.
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
        : throw new ArgumentException("The connection string cannot be read.", nameof(options));

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
        // ConnectAsync calls this under its lock, which must not be held while we connect.
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
