using System.Diagnostics;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Publishing;

/// <summary>The span of a publication, by OpenTelemetry's semantic conventions for messaging. It contains counts, but
/// no topics, ids or data, because these can be personal.</summary>
internal static class PublishSpan
{
    /// <summary>The name of the span: the operation and the destination, as the conventions require.</summary>
    public const string Name = "send hub";

    /// <summary>Starts the span. Null if no listener samples it.</summary>
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

    /// <summary>Marks the span as failed, with the type of the exception.</summary>
    public static void Fail(Activity? span, Exception exception)
    {
        span?.SetTag("error.type", exception.GetType().Name);
        span?.SetStatus(ActivityStatusCode.Error);
    }
}
