using Microsoft.Extensions.Options;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;

namespace SseFunctions.Hub.Publishing;

/// <summary>Puts updates into the log, which is all it takes: who is subscribed reads them there.</summary>
internal sealed class UpdatePublisher(IEventLog log, IOptions<HubOptions> options, HubMetrics metrics)
    : IUpdatePublisher
{
    /// <inheritdoc/>
    public async Task<string> PublishAsync(Update update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (UpdateRules.ProblemWith(update, options.Value) is { } problem)
            throw new ArgumentException(problem.Title, nameof(update));
        using var span = PublishSpan.Start(update);
        try
        {
            var entry = await log.AppendAsync(
                update with { Id = update.Id is { Length: > 0 } id ? EventIds.Escape(id) : null }, cancellationToken);
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
