using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Delivery;

/// <summary>Follows the log, matches each entry with the groups, and hands the groups that have pending entries to the
/// sweeper. One loop in each instance; nothing else delivers updates.</summary>
internal sealed partial class Dispatcher(
    IEventLog log, Subscribers subscribers, Sweeper sweeper, TimeProvider time, ILogger<Dispatcher> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private bool _hasLost;

    /// <summary>Whether the loop failed and has not started again yet. The health check reads it.</summary>
    public bool HasFailed { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (HasFailed || _hasLost) CatchUp();
                HasFailed = false;
                _hasLost = false;
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (LogGapException)
            {
                // The log itself has logged the cause. CatchUp makes all subscribers read the log. The stream of a
                // subscriber in the gap ends; its client is told about the gap when it returns.
                _hasLost = true;
            }
            catch (Exception exception)
            {
                // Catch everything: nothing else delivers updates, so this loop must not end.
                HasFailed = true;
                LogFailed(exception);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var concerned = new List<SubscriberGroup>();
        await foreach (var entries in log.FollowAsync(subscribers.Matched, cancellationToken))
        {
            subscribers.Match(entries.Span, concerned);
            Sweep(concerned);
        }
    }

    private void CatchUp()
    {
        var all = new List<SubscriberGroup>();
        subscribers.SkipTo(log.Tail, all);
        Sweep(all);
    }

    private void Sweep(List<SubscriberGroup> groups)
    {
        sweeper.Add(groups);
        groups.Clear();
        // A new entry may be for groups that are not being swept. So the sweeper returns as soon as the log has a new
        // entry, and other threads finish the sweep.
        sweeper.Run(HasUnmatched);
    }

    private bool HasUnmatched() => log.Tail > subscribers.Matched;

    [LoggerMessage(180, LogLevel.Error,
        "Could not deliver updates: trying again in 1 s. Subscribers then read the entries that they missed from the "
        + "log")]
    private partial void LogFailed(Exception exception);
}
