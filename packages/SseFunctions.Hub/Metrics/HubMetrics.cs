using System.Diagnostics.Metrics;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Metrics;

/// <summary>The hub's instruments of the meter <c>SseFunctions</c>.</summary>
internal sealed class HubMetrics
{
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _updates;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _turnedAway;
    private readonly Histogram<double> _latency;

    /// <summary>Creates the instruments. The services do so once in a process.</summary>
    public HubMetrics(IMeterFactory meters, IEventLog log, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(log);
        _time = time;
        _meter = meters.Create(SseTelemetry.MeterName);
        _updates = _meter.CreateCounter<long>("hub.updates", "{update}", "Accepted publications, repeated ones too.");
        _deliveries = _meter.CreateCounter<long>("hub.deliveries", "{event}", "Events that were handed to streams.");
        _refused = _meter.CreateCounter<long>("hub.refused", "{request}", "Refused requests, by status.");
        _turnedAway = _meter.CreateCounter<long>(
            "hub.turned_away", "{request}", "Subscribers that were told to reconnect later, by reason.");
        _latency = _meter.CreateHistogram<double>(
            "hub.delivery.latency",
            "s",
            "Time from an update's arrival at this instance to its write, for the first update of each live write.");
        _meter.CreateObservableGauge("hub.log.entries", () => log.Size.Count, "{update}", "Entries in the log.");
        _meter.CreateObservableGauge("hub.log.bytes", () => log.Size.Bytes, "By", "Approximate memory of the log.");
    }

    /// <summary>Adds the gauge of the slowest subscriber's lag. <paramref name="lag"/> is called only while a listener
    /// collects metrics.</summary>
    internal void ObserveLag(Func<TimeSpan> lag) => _meter.CreateObservableGauge(
        "hub.reader.lag",
        () => lag().TotalSeconds,
        "s",
        "How far the slowest subscriber is behind the newest update for it.");

    internal void Published() => _updates.Add(1);

    internal void Refused(int status) => _refused.Add(1, new KeyValuePair<string, object?>("status", status));

    internal void TurnedAway(string reason) => _turnedAway.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Delivered(ReadOnlySpan<LogEntry> entries, bool isLive)
    {
        if (_deliveries.Enabled) _deliveries.Add(entries.Length);
        if (isLive && _latency.Enabled) _latency.Record(_time.GetElapsedTime(entries[0].Timestamp).TotalSeconds);
    }
}
