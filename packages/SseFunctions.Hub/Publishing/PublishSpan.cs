using System.Diagnostics;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Publishing;

/// <summary>The span of a publication, by OpenTelemetry's conventions for messaging. Topics, ids and contents can be
/// personal and are not in it: counts are.</summary>
internal static class PublishSpan
{
    /// <summary>The span's name: the operation, and where to.</summary>
    public const string Name = "send hub";

    /// <summary>Starts it; null if nobody listens.</summary>
    public static Activity? Start(Update update)
    {
        var span = Tracing.Source.StartActivity(Name, ActivityKind.Producer);
        if (span is not { IsAllDataRequested: true }) return span;
        span.SetTag("messaging.system", "mercure");
        span.SetTag("messaging.operation.name", "send");
        span.SetTag("messaging.operation.type", "send");
        span.SetTag("messaging.destination.name", "hub");
        span.SetTag("hub.update.topics", update.Topics.Count);
        span.SetTag("hub.update.private", update.IsPrivate);
        return span;
    }

    /// <summary>Says that nothing was published.</summary>
    public static void Fail(Activity? span, Exception exception)
    {
        span?.SetTag("error.type", exception.GetType().Name);
        span?.SetStatus(ActivityStatusCode.Error);
    }
}
