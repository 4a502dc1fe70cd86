using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Delivery;

/// <summary>Follows the log, finds the groups that each update concerns, and hands them to the sweeper.</summary>
internal sealed partial class Dispatcher(
    IEventLog log, Subscribers subscribers, Sweeper sweeper, TimeProvider time, ILogger<Dispatcher> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private bool _hasLost;

    /// <summary>Whether the last try to deliver failed.</summary>
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
                // The log says why. Streams that miss something are ended, and their clients are told when they resume.
                _hasLost = true;
            }
            catch (Exception exception)
            {
                // Nobody else delivers, so it has to go on.
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
        // Updates that come meanwhile must be matched at once: they may concern groups that are not being swept.
        sweeper.Run(HasUnmatched);
    }

    private bool HasUnmatched() => log.Tail > subscribers.Matched;

    [LoggerMessage(1, LogLevel.Error, "Updates could not be delivered. All subscribers are sent to read on in the log")]
    private partial void LogFailed(Exception exception);
}
