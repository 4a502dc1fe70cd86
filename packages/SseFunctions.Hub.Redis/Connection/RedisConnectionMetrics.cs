using System.Diagnostics.Metrics;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The instruments of the meter <c>SseFunctions</c> that describe the connection to Redis.</summary>
internal sealed class RedisConnectionMetrics
{
    private readonly Histogram<double> _roundTrip;
    private readonly Counter<long> _reconnects;

    /// <summary>Creates the instruments. The services do this once in each process.</summary>
    public RedisConnectionMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(SseTelemetry.MeterName);
        _roundTrip = meter.CreateHistogram<double>(
            "redis.roundtrip", "s", "Time from a request to Redis until its answer.");
        _reconnects = meter.CreateCounter<long>("redis.reconnects", "{connection}", "Connections that were restored.");
    }

    internal void RoundTrip(TimeSpan time) => _roundTrip.Record(time.TotalSeconds);

    internal void Reconnected() => _reconnects.Add(1);
}
