using System.Diagnostics.Metrics;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The instruments of the meter <c>SseFunctions</c> that tell of the shared log.</summary>
internal sealed class RedisMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _roundTrip;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _missedBells;

    /// <summary>Made by the services, once a process.</summary>
    public RedisMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(SseTelemetry.MeterName);
        _roundTrip = _meter.CreateHistogram<double>("redis.roundtrip", "s", "From a question to Redis to its answer.");
        _reconnects = _meter.CreateCounter<long>("redis.reconnects", "{connection}", "Connections that came back.");
        _missedBells = _meter.CreateCounter<long>(
            "redis.bells.missed", "{read}", "Reads that found updates of which no bell had told.");
    }

    /// <summary>Lets the mirror's lag be asked for, when somebody listens.</summary>
    internal void ObserveLag(Func<TimeSpan> lag) => _meter.CreateObservableGauge(
        "redis.mirror.lag",
        () => lag().TotalSeconds,
        "s",
        "For how long this instance has not heard from the shared log.");

    internal void RoundTrip(TimeSpan time) => _roundTrip.Record(time.TotalSeconds);

    internal void Reconnected() => _reconnects.Add(1);

    internal void BellMissed() => _missedBells.Add(1);
}
