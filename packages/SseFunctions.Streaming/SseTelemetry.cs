namespace SseFunctions.Streaming;

/// <summary>The names that an app passes to OpenTelemetry to collect the metrics and spans of streams and of the
/// hub.</summary>
public static class SseTelemetry
{
    /// <summary>The name of the meter, for <c>AddMeter</c>.</summary>
    public const string MeterName = "SseFunctions";

    /// <summary>The name of the trace source, for <c>AddSource</c>.</summary>
    public const string SourceName = MeterName;
}
