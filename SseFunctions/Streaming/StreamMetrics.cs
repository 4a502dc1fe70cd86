using System.Diagnostics.Metrics;

namespace SseFunctions.Streaming;

/// <summary>The instruments of the meter <c>SseFunctions</c> that tell of streams.</summary>
public sealed class StreamMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "SseFunctions";

    private readonly UpDownCounter<long> _open;
    private readonly Counter<long> _ended;

    /// <summary>Made by the services, once a process.</summary>
    public StreamMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _open = meter.CreateUpDownCounter<long>("sse.streams.open", "{stream}", "Open streams, by feature.");
        _ended = meter.CreateCounter<long>("sse.streams.ended", "{stream}", "Ended streams, by feature and reason.");
    }

    internal void Opened(string feature) => _open.Add(1, new KeyValuePair<string, object?>("feature", feature));

    internal void Ended(string feature, StreamEnd reason)
    {
        _open.Add(-1, new KeyValuePair<string, object?>("feature", feature));
        _ended.Add(
            1,
            new KeyValuePair<string, object?>("feature", feature),
            new KeyValuePair<string, object?>("reason", reason.Name()));
    }
}
