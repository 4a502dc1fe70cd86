using System.Diagnostics.Metrics;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>The instruments of the meter <c>SseFunctions</c> that describe the mirror.</summary>
internal sealed class RedisMirrorMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _missedBells;

    /// <summary>Creates the instruments. The services do this once in each process.</summary>
    public RedisMirrorMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(SseTelemetry.MeterName);
        _missedBells = _meter.CreateCounter<long>(
            "redis.bells.missed", "{read}", "Reads that found updates whose bell was lost.");
    }

    /// <summary>Creates the gauge of the mirror's lag, which reads it from <paramref name="lag"/>.</summary>
    internal void ObserveLag(Func<TimeSpan> lag) => _meter.CreateObservableGauge(
        "redis.mirror.lag",
        () => lag().TotalSeconds,
        "s",
        "Time since this instance last read the shared log.");

    internal void BellMissed() => _missedBells.Add(1);
}
