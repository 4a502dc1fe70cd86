using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>The active subscriptions of all instances that share a log. Subscribers only record their changes here; one
/// loop writes the changes to the registry and then announces them. Each change is announced at least once: if this
/// instance dies, another instance announces it. The loop also renews the registration of this instance, and cleans up
/// after dead instances. <see cref="AddAsync"/>, <see cref="RemoveAsync"/> and <see cref="ListAsync"/> are
/// thread-safe.</summary>
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
        // Wait for the first attempt to register: the first request for the list needs a registered instance.
        await Task.WhenAny(_tried.Task, Task.Delay(LongestStart, cancellationToken));
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_isRegistered || _hasFailed) return;
        _changes.RemoveAll();
        // Not the host's token: the host's time limit may be longer, or may have passed already.
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
            // The host must stop nevertheless. Another instance announces the changes when this one counts as dead.
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
                // Catch everything: nothing else shares the changes, so this loop must not end.
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
            // Other instances treated this one as dead. Or Redis was emptied, has lost data, or has executed a command
            // after the command had timed out.
            LogNotRegistered();
            _isRegistered = false;
        }
        _cleanup.Unsettle();
        while (await registry.JoinAsync(cancellationToken) is not { } values
            || !await EndAsync(_changes.Strangers(values), cancellationToken))
            await Task.Delay(RetryDelay, time, cancellationToken);
        _isRegistered = true;
        _changes.Repeat();
    }

    // Announces the end of subscribers that have gone, but that the registry has again, because Redis has lost its last
    // changes. Clients may have found them in the list, or may not have been told of their end. Returns false if this
    // instance must register once more.
    private async Task<bool> EndAsync(
        List<KeyValuePair<string, string>> gone, CancellationToken cancellationToken)
    {
        if (gone.Count == 0) return true;
        var ended = gone.ConvertAll(value => (Id: value.Key, Stored: StoredSubscriber.Read(value.Value)));
        // The list changes before the announcement, as in ShareAsync.
        var marked = ended.ConvertAll(value => KeyValuePair.Create(value.Id, value.Stored?.Ended()));
        if (await registry.RenewAsync(marked, cancellationToken) is null) return false;
        await log.AnnounceAsync(
            ended.SelectMany(value => value.Stored?.Documents(value.Id, isActive: false) ?? []), cancellationToken);
        var removed = ended.ConvertAll(value => KeyValuePair.Create<string, string?>(value.Id, null));
        return await registry.RenewAsync(removed, cancellationToken) is not null;
    }

    private async Task<bool> ShareAsync(CancellationToken cancellationToken)
    {
        var changes = _changes.Take(MaxSubscribersAtOnce, MaxTopicsAtOnce);
        if (changes.Count == 0) return false;
        if (!await ChangeAsync([.. changes.Select(change => change.Value)], cancellationToken)) return true;

        var announced = changes.FindAll(change => change.MustBeAnnounced);
        _changes.RecordAnnouncement(announced, hasCome: true);
        await log.AnnounceAsync(announced.SelectMany(change => change.Documents), cancellationToken);
        _changes.RecordAnnouncement(announced, hasCome: false);

        KeyValuePair<string, string?>[] gone = [.. announced.Where(change => !change.HasCome)
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

    [LoggerMessage(162, LogLevel.Warning,
        "Active subscriptions cannot be shared with other instances: Redis cannot be reached, or refuses commands. "
        + "Streams go on, and this instance tries again every second. If this lasts, check the server of "
        + "Redis:ConnectionString")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(163, LogLevel.Information, "Active subscriptions are shared with other instances again")]
    private partial void LogRecovered();

    [LoggerMessage(164, LogLevel.Warning,
        "The instance registry has lost the active subscriptions of this instance, because this instance counted as "
        + "dead or Redis lost data: announcing them again")]
    private partial void LogNotRegistered();

    [LoggerMessage(165, LogLevel.Warning,
        "The host stopped before this instance could announce that its last subscribers have gone: another instance "
        + "announces it when this instance counts as dead")]
    private partial void LogNotLeft(Exception exception);
}
