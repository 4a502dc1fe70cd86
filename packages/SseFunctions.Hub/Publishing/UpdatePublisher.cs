using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;

namespace SseFunctions.Hub.Publishing;

/// <summary>Appends updates to the log, from which the subscribers read them. Thread-safe.</summary>
internal sealed class UpdatePublisher(IEventLog log, UpdateLimits limits, HubMetrics metrics) : IUpdatePublisher
{
    /// <inheritdoc/>
    public Task<string> PublishAsync(Update update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return ValidUpdate.TryMake(update, limits, out var valid, out var problem)
            ? PublishAsync(valid, cancellationToken)
            : throw new ArgumentException(problem.Title, nameof(update));
    }

    /// <summary>Publishes an update that has passed the checks.</summary>
    /// <inheritdoc cref="IUpdatePublisher.PublishAsync"/>
    public async Task<string> PublishAsync(ValidUpdate update, CancellationToken cancellationToken)
    {
        using var span = PublishSpan.Start(update.Update);
        try
        {
            var entry = await log.AppendAsync(update.Update, cancellationToken);
            metrics.Published();
            return entry.Id;
        }
        catch (HubUnavailableException exception)
        {
            PublishSpan.Fail(span, exception);
            throw;
        }
    }
}
