using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

public sealed class StreamMetricsTests
{
    [Fact]
    public async Task Counts_open_streams_and_those_that_ended_by_reason()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name.StartsWith("sse.", StringComparison.Ordinal))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Enqueue(
            $"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();

        using var first = await server.Get();
        using var second = await server.Get();
        await first.Until("retry");
        await second.Until("retry");
        listener.RecordObservableInstruments();
        first.Break();
        await server.Logs.First("ended: client_gone");
        listener.RecordObservableInstruments();
        sequence.Finish();
        await second.UntilEnd();
        await server.Logs.First("ended: finished");
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "sse.streams.open 2 feature=test",
                "sse.streams.ended 1 feature=test reason=client_gone",
                "sse.streams.open 1 feature=test",
                "sse.streams.ended 1 feature=test reason=finished",
            ],
            measured);
    }

    [Fact]
    public void Every_reason_has_a_name_of_its_own()
    {
        var names = Enum.GetValues<StreamEnd>().Select(reason => reason.Name()).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z_]+$", name));
    }
}
