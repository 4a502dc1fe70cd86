using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Listens to the bell: the channel on which each append tells the other instances to read. A message is
/// <c>instance tail</c>. Not thread-safe.</summary>
/// <param name="connection">Keeps the subscription when it reconnects.</param>
/// <param name="channel">The channel of the log, see <see cref="LogKeys.Bell"/>.</param>
/// <param name="instance">The name of this process, whose own messages are ignored.</param>
/// <param name="onRing">Called with the log's tail for each message of another instance, on any thread.</param>
/// <param name="logger">Receives a refusal by Redis, once.</param>
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

        /// <summary>Subscribed. The connection renews the subscription by itself, so this is final.</summary>
        On,
    }

    /// <summary>Subscribes, unless that has been done. If Redis refuses, this returns all the same: without the bell,
    /// new entries are found later.</summary>
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

    // The entries of this process are added to the copy when the append returns, so they need not be read.
    private void OnMessage(RedisValue message)
    {
        if (((string?)message)?.Split(' ') is [var sender, var tail] && sender != instance)
            onRing(RedisEntryId.Parse(tail));
    }

    [LoggerMessage(25, LogLevel.Warning,
        "Redis does not let this instance listen to the channel {Channel} (ACL: &{Channel}): updates of other "
        + "instances are found up to 1.5 s late. {Reason}")]
    private partial void LogRefused(string channel, string reason);
}
