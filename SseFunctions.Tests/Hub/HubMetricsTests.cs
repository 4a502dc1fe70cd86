using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class HubMetricsTests
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly ConcurrentDictionary<string, double> _last = new();

    [Fact]
    public async Task Counts_updates_deliveries_refusals_and_what_the_log_holds()
    {
        await using var server = await LocalHostServer.Start();
        using var listener = Listen(server);
        await using var one = await server.Subscribe("topic=a");
        await using var other = await server.Subscribe("topic=b&topic=a");
        await server.Publish("topic=a");
        await server.Publish("topic=b");
        await server.Publish("topic=c");
        await one.Next(1);
        await other.Next(2);
        using var refused = await server.Post("topic=a");
        using var forbidden = await server.Post("topic=a", Bearer(Jwt.Publisher("b")));
        listener.RecordObservableInstruments();

        Assert.Equal(3, _sums["hub.updates"]);
        Assert.Equal(3, _sums["hub.deliveries"]);
        Assert.Equal(1, _sums["hub.refused status=401"]);
        Assert.Equal(1, _sums["hub.refused status=403"]);
        Assert.Equal(2, _last["sse.streams.open feature=hub"]);
        Assert.Equal(3, _last["hub.log.entries"]);
        Assert.InRange(_last["hub.log.bytes"], 100, 10_000);
        Assert.Equal(0, _last["hub.reader.lag"]);
        await PublishUntilLive(server, one);
        Assert.InRange(_last["hub.delivery.latency"], 0, Limits.Soon.TotalSeconds);
    }

    [Fact]
    public async Task The_latency_is_that_of_live_updates_and_not_of_replays()
    {
        await using var server = await LocalHostServer.Start();
        using var listener = Listen(server);
        await server.Publish("topic=a&data=before");
        await server.HasMatchedAll();
        await using var subscription = await server.Subscribe("topic=a&lastEventID=earliest");
        Assert.Equal("before", (await subscription.Next()).Data);
        Assert.Equal(1, _sums["hub.deliveries"]);
        Assert.False(_last.ContainsKey("hub.delivery.latency"));
        await PublishUntilLive(server, subscription);
    }

    [Fact]
    public async Task Counts_those_who_are_told_to_come_again_and_does_not_log_each()
    {
        const int Many = 50;
        // The hub logs at most this number of refusals a second, and the test clock does not advance.
        const int Logged = 5;
        await using var server =
            await LocalHostServer.Start(new FakeTimeProvider(DateTimeOffset.UtcNow), "Hub:MaxSubscribers=1");
        using var listener = Listen(server);
        await using var one = await server.Subscribe("topic=a");
        await server.Publish("topic=a&data=a");
        await one.Next();
        for (var count = 0; count < Many; count++)
        {
            await using var another = await server.Subscribe("topic=a");
            Assert.Empty(await another.UntilEnd());
        }
        Assert.Equal(Many, _sums["hub.turned_away reason=full"]);
        Assert.Equal(
            Logged,
            server.Logs.Entries.Count(line => line.Message.Contains("MaxSubscribers is 1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Counts_streams_that_ended_by_reason()
    {
        await using var server = await LocalHostServer.Start();
        using var listener = Listen(server);
        var subscription = await server.Subscribe("topic=a");
        await subscription.DisposeAsync();
        await server.Logs.First("ended: client_gone");
        listener.RecordObservableInstruments();
        Assert.Equal(1, _sums["sse.streams.ended feature=hub reason=client_gone"]);
    }

    private MeterListener Listen(LocalHostServer server)
    {
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Meter.Name == "SseFunctions")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")]);
        _sums.AddOrUpdate(name, value, (_, sum) => sum + value);
        _last[name] = value;
    }

    // An update counts as live once the subscriber has waited for one. The first update may come before that.
    private async Task PublishUntilLive(LocalHostServer server, HubSubscription subscription)
    {
        for (var left = 100; left > 0 && !_last.ContainsKey("hub.delivery.latency"); left--)
        {
            await server.Publish("topic=a&data=live");
            Assert.Equal("live", (await subscription.Next()).Data);
        }
        Assert.True(_last.ContainsKey("hub.delivery.latency"));
    }
}
