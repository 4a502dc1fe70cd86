namespace SseFunctions.Streaming;

/// <summary>The names under which streams, and the hub, tell OpenTelemetry what they do.</summary>
public static class SseTelemetry
{
    /// <summary>The name of the meter, for <c>AddMeter</c>.</summary>
    public const string MeterName = "SseFunctions";

    /// <summary>The name of the trace source, for <c>AddSource</c>.</summary>
    public const string SourceName = MeterName;
}
