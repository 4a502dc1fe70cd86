namespace SseFunctions.Tests.Telemetry;

/// <summary>A span as it was exported.</summary>
internal sealed record OtlpSpan(
    string Scope, string Name, string TraceId, TimeSpan Duration, IReadOnlyDictionary<string, string> Attributes);
