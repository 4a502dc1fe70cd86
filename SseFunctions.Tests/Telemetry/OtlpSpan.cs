namespace SseFunctions.Tests.Telemetry;

/// <summary>An exported span.</summary>
internal sealed record OtlpSpan(
    string Scope, string Name, string TraceId, TimeSpan Duration, IReadOnlyDictionary<string, string> Attributes);
