using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Listens to the bell: the Redis channel on which each append tells the other instances to read. A message is
/// <c>instance tail</c>. Not thread-safe: for the loop of <see cref="RedisMirror"/>.</summary>
/// <param name="connection">The connection, which renews its subscriptions when it reconnects.</param>
/// <param name="channel">The channel of the log, see <see cref="LogKeys.Bell"/>.</param>
/// <param name="instance">The name of this instance, whose own messages are ignored.</param>
/// <param name="onRing">Called with the log's tail for each message of another instance, on any thread.</param>
/// <param name="logger">Receives the first of several refusals by Redis.</param>
internal sealed partial class BellSubscription(
    RedisConnection connection, RedisChannel channel, string instance, Action<LogPosition> onRing, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private State _state;

    private enum State
    {
        /// <summary>Not subscribed yet. Next: any of the others.</summary>
        Off,

        /// <summary>Redis refused the subscription, which is logged. Each call tries again. Next: <see cref="On"/>.
        /// </summary>
        Refused,

        /// <summary>Subscribed. The connection renews the subscription automatically, so this state is final.</summary>
        On,
    }

    /// <summary>Subscribes, if not subscribed yet. Returns without an exception if Redis refuses: without the bell, the
    /// mirror finds new entries at its regular reads.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_state == State.On) return;
        try
        {
            await connection.SubscribeAsync(channel, OnMessage, cancellationToken);
            _state = State.On;
        }
        catch (HubUnavailableException exception) when (exception.InnerException is RedisServerException)
        {
            if (_state != State.Refused) LogRefused(channel.ToString(), exception.Message);
            _state = State.Refused;
        }
    }

    // Ignore this instance's own messages: RedisAppender adds the entries of this instance to the mirror.
    private void OnMessage(RedisValue message)
    {
        if (((string?)message)?.Split(' ') is [var sender, var tail] && sender != instance)
            onRing(RedisEntryId.Parse(tail));
    }

    [LoggerMessage(220, LogLevel.Warning,
        "Redis does not let this instance listen to the channel {Channel}: updates of other instances arrive up to "
        + "1.5 s late. Give the Redis user the ACL rule &{Channel}. Redis says: {Reason}")]
    private partial void LogRefused(string channel, string reason);
}
