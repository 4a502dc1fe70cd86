namespace SseFunctions.Tests.Telemetry;

/// <summary>An exported metric. Without bounds if it is not a histogram.</summary>
internal sealed record OtlpMetric(string Meter, string Name, string Unit, double[] Bounds);
