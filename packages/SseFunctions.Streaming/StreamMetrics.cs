using System.Diagnostics.Metrics;

namespace SseFunctions.Streaming;

/// <summary>The instruments for streams of the meter <c>SseFunctions</c>.</summary>
internal sealed class StreamMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _ended;

    /// <summary>Created by the service container.</summary>
    public StreamMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(SseTelemetry.MeterName);
        _ended = _meter.CreateCounter<long>("sse.streams.ended", "{stream}", "Ended streams, by feature and reason.");
    }

    /// <summary>Adds the instrument for the number of open streams. It calls <paramref name="features"/> only when a
    /// listener collects metrics.</summary>
    /// <param name="features">Returns the feature of each open stream.</param>
    internal void ObserveOpen(Func<IEnumerable<string>> features) => _meter.CreateObservableUpDownCounter(
        "sse.streams.open",
        () => features().CountBy(feature => feature).Select(
            count => new Measurement<long>(count.Value, new KeyValuePair<string, object?>("feature", count.Key))),
        "{stream}",
        "Open streams, by feature.");

    /// <summary>Counts the end of a stream.</summary>
    internal void Ended(string feature, StreamEnd reason) => _ended.Add(
        1,
        new KeyValuePair<string, object?>("feature", feature),
        new KeyValuePair<string, object?>("reason", reason.Name()));
}
