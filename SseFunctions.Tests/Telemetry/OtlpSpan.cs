namespace SseFunctions.Tests.Telemetry;

/// <summary>A span, as an app has exported it with OTLP.</summary>
internal sealed record OtlpSpan(
    string Scope, string Name, string TraceId, TimeSpan Duration, IReadOnlyDictionary<string, string> Attributes);
