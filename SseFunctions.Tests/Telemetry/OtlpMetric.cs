namespace SseFunctions.Tests.Telemetry;

/// <summary>A metric as it was exported; without bounds if it is no histogram.</summary>
internal sealed record OtlpMetric(string Meter, string Name, string Unit, double[] Bounds);
