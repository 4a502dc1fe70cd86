using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.EventLogs;

namespace SseFunctions.Hub.Delivery;

/// <summary>Follows the log, and wakes the subscribers that an update concerns. While it does so, what else is
/// published gathers in the log, and then goes out together.</summary>
public sealed partial class Dispatcher(Subscribers subscribers, TimeProvider time, ILogger<Dispatcher> logger)
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
                if (HasFailed || _hasLost) await CatchUpAsync();
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
                // The log says why. Whoever has not got it all is ended, and told when he comes back.
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
        await foreach (var entries in subscribers.Log.FollowAsync(subscribers.Matched, cancellationToken))
        {
            var concerned = new List<SubscriberGroup>();
            subscribers.Match(entries.Span, concerned);
            if (concerned.Count > 0) await new Sweep(subscribers, concerned).RunAsync();
        }
    }

    private Task CatchUpAsync()
    {
        var all = new List<SubscriberGroup>();
        subscribers.SkipTo(subscribers.Log.Tail, all);
        return new Sweep(subscribers, all).RunAsync();
    }

    [LoggerMessage(1, LogLevel.Error, "Updates could not be delivered. All subscribers are sent to read on in the log")]
    private partial void LogFailed(Exception exception);
}
