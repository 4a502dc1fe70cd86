using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>The active subscriptions of all instances that share a log. Subscribers only note their changes here; one
/// loop writes the changes to the registry and then announces them. Each change is announced at least once: if this
/// instance dies, another instance announces it.</summary>
internal sealed partial class SharedPresence(
    IEventLog log, IInstanceRegistry registry, RegistryTimes times, TimeProvider time, ILogger<SharedPresence> logger)
    : BackgroundService, IPresence
{
    private const int MaxSubscribersAtOnce = 256;
    private const int MaxTopicsAtOnce = 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(1);

    private readonly PresenceChanges _changes = new();
    private readonly DeadInstanceCleanup _cleanup = new(log, registry, times, time, logger);
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = logger;
    private volatile bool _isRenewalDue = true;
    private bool _isRegistered;
    private bool _hasFailed;

    /// <inheritdoc/>
    public Task AddAsync(ActiveSubscriber subscriber)
    {
        _changes.Add(subscriber);
        Ring();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(ActiveSubscriber subscriber)
    {
        _changes.Remove(subscriber);
        Ring();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SubscriptionDocument>> ListAsync(CancellationToken cancellationToken)
    {
        var documents = new List<SubscriptionDocument>();
        foreach (var (id, value) in await registry.ListAsync(cancellationToken))
        {
            if (StoredSubscriber.Read(value) is { HasEnded: false } stored)
                documents.AddRange(stored.Documents(id, isActive: true));
        }
        return documents;
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        // So that the first request for the list finds this instance registered.
        await Task.WhenAny(_tried.Task, Task.Delay(LongestStart, cancellationToken));
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_isRegistered || _hasFailed) return;
        _changes.RemoveAll();
        // A limit of its own: the time that the host gives may be longer, or used up already.
        using var limit = new CancellationTokenSource(LongestLeave);
        try
        {
            while (_isRegistered && await ShareAsync(limit.Token))
            {
            }
            await registry.LeaveAsync(limit.Token);
        }
        catch (Exception exception)
        {
            // The host stops nevertheless, and another instance clears up.
            LogNotLeft(exception);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var clock = time.CreateTimer(_ => Renew(), null, times.RenewEvery, times.RenewEvery);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var isBusy = await StepAsync(stoppingToken);
                if (_hasFailed) LogRecovered();
                _hasFailed = false;
                _tried.TrySetResult();
                if (!isBusy) await _bell.Reader.ReadAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // This loop is the only one, so it must go on after every error.
                if (!_hasFailed) LogFailed(exception);
                _hasFailed = true;
                _isRenewalDue = true;
                _cleanup.Unsettle();
                _tried.TrySetResult();
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private void Renew()
    {
        _isRenewalDue = true;
        Ring();
    }

    private void Ring() => _bell.Writer.TryWrite(true);

    // Does a part of each kind of work, so that much work of one kind does not delay the others.
    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (_isRenewalDue || !_isRegistered)
        {
            _isRenewalDue = false;
            await RegisterAsync(cancellationToken);
            _cleanup.Look();
        }
        var isSharing = await ShareAsync(cancellationToken);
        return await _cleanup.ClearUpAsync(cancellationToken) || isSharing || !_isRegistered;
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        if (_isRegistered)
        {
            var held = await registry.RenewAsync([], cancellationToken);
            if (held is { } count && _changes.Fits(count)) return;
            // Other instances took this one for dead; or Redis was emptied, has lost data, or has executed a command late,
            // after it had timed out.
            LogNotRegistered();
            _isRegistered = false;
        }
        _cleanup.Unsettle();
        while (!await registry.JoinAsync(cancellationToken)) await Task.Delay(RetryDelay, time, cancellationToken);
        _isRegistered = true;
        _changes.Repeat();
    }

    private async Task<bool> ShareAsync(CancellationToken cancellationToken)
    {
        var changes = _changes.Take(MaxSubscribersAtOnce, MaxTopicsAtOnce);
        if (changes.Count == 0) return false;
        if (!await ChangeAsync([.. changes.Select(change => change.Value)], cancellationToken)) return true;

        var told = changes.FindAll(change => change.IsTold);
        _changes.Tell(told, hasCome: true);
        await log.TellAsync(told.SelectMany(change => change.Documents), cancellationToken);
        _changes.Tell(told, hasCome: false);

        KeyValuePair<string, string?>[] gone = [.. told.Where(change => !change.HasCome)
            .Select(change => KeyValuePair.Create<string, string?>(change.Shared.Subscriber.Id, null))];
        if (gone.Length == 0 || await ChangeAsync(gone, cancellationToken)) _changes.Settle(changes);
        return true;
    }

    private async Task<bool> ChangeAsync(
        KeyValuePair<string, string?>[] values, CancellationToken cancellationToken)
    {
        _isRegistered = await registry.RenewAsync(values, cancellationToken) is not null;
        if (!_isRegistered) LogNotRegistered();
        return _isRegistered;
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Active subscriptions cannot be shared with other instances at the moment. Streams go on, and changes are "
        + "announced later")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Active subscriptions are shared with other instances again")]
    private partial void LogRecovered();

    [LoggerMessage(3, LogLevel.Warning,
        "The other instances have lost the active subscriptions of this instance: it announces them again")]
    private partial void LogNotRegistered();

    [LoggerMessage(4, LogLevel.Warning,
        "Could not announce before the host stopped that the last subscribers have gone: other instances will")]
    private partial void LogNotLeft(Exception exception);
}
