using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Hub.Delivery;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>The delivery guarantee: every update once, in one order for all subscribers, even if connections
/// break.</summary>
public sealed class DeliveryTests
{
    private const int Updates = 800;
    private const int Publishers = 4;
    private const string Last = "last";

    [Fact]
    public async Task What_gathers_when_the_host_stops_arrives_before_the_streams_end()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Gather=00:00:01");
        await using var subscription = await server.Subscribe("topic=a");
        await using var other = await server.Subscribe("topic=other");
        // Subscribers that join later could read the first updates from the log, without the sweeper.
        var subscribers = server.Services.GetRequiredService<Subscribers>();
        var limit = DateTime.UtcNow + Limits.Soon;
        while (subscribers.Count < 2)
        {
            Assert.True(DateTime.UtcNow < limit, "The subscribers never joined.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }
        await server.Publish("topic=a&data=first");
        Assert.Equal("first", (await subscription.Next()).Data);
        await server.Publish("topic=a&data=gathers");
        // The dispatcher hands an update to the sweeper after all earlier ones. So when this one has arrived, the
        // earlier one gathers.
        await server.Publish("topic=other&data=after");
        Assert.Equal("after", (await other.Next()).Data);
        var stopped = server.Stop();
        Assert.Equal("gathers", (await subscription.Next()).Data);
        await stopped;
    }

    [Fact]
    public async Task Subscribers_that_break_off_and_resume_while_much_is_published_get_all_of_it_once_and_in_order()
    {
        await using var server = await LocalHostServer.Start(null, "Streaming:Retry=0");
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscribers = Enumerable.Range(0, 36).Select(async seed =>
        {
            // One third of the subscribers join after half of the updates, the others at the start.
            if (seed % 3 == 0) await half.Task.Within("half of the updates");
            return await Receive(server, new Random(seed));
        }).ToArray();

        var published = 0;
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(async publisher =>
        {
            for (var number = publisher; number < Updates; number += Publishers)
            {
                var own = number % 5 == 0 ? $"&id=own-{number}" : "";
                await server.Publish($"topic=numbers&topic=numbers/{number % 7}&"
                    + $"data={number}{own}{(number % 3 == 0 ? "&private" : "")}");
                if (Interlocked.Increment(ref published) == Updates / 2) half.SetResult();
            }
        }));
        await server.Publish($"topic=numbers&data={Last}");

        var received = await Task.WhenAll(subscribers);
        var all = received[0];
        Assert.Equal(Updates + 1, all.Count);
        Assert.Equal(Updates + 1, all.Select(item => item.Id).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Updates), all.SkipLast(1).Select(item => int.Parse(item.Data)).Order());
        Assert.All(received, items => Assert.Equal(all, items));
        for (var publisher = 0; publisher < Publishers; publisher++)
        {
            // The updates of one publisher keep their order.
            var own = all.SkipLast(1)
                .Select(item => int.Parse(item.Data)).Where(number => number % Publishers == publisher).ToList();
            Assert.Equal(own.Order(), own);
        }
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Who_joins_while_much_is_published_misses_nothing_from_then_on()
    {
        await using var server = await LocalHostServer.Start();
        var publishing = PublishNumbers(server);
        var joined = new List<Task<List<string>>>();
        while (!publishing.IsCompleted && joined.Count < 60)
        {
            var before = await server.Publish("topic=before");
            var subscription = await server.Subscribe(
                "topic=numbers&topic=before", joined.Count % 2 == 0 ? [] : [("Last-Event-ID", before)]);
            var after = await server.Publish($"topic=numbers&data={Last}-{joined.Count}");
            joined.Add(ReadUntil(subscription, after));
        }
        await publishing.Within("end of the publishing");
        foreach (var read in joined)
        {
            // No update is missing between the first and the last one received.
            var numbers = (await read).Where(data => int.TryParse(data, out _)).Select(int.Parse).ToList();
            if (numbers.Count > 0) Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
        }
    }

    private static async Task PublishNumbers(LocalHostServer server)
    {
        for (var number = 0; number < Updates; number++) await server.Publish($"topic=numbers&data={number}");
    }

    private static async Task<List<string>> ReadUntil(HubSubscription subscription, string id)
    {
        await using (subscription)
        {
            var data = new List<string>();
            while (await subscription.Next() is var next && next.EventId != id) data.Add(next.Data);
            return data;
        }
    }

    // Receives all updates, over as many connections as necessary.
    private static async Task<List<(string Id, string Data)>> Receive(LocalHostServer server, Random random)
    {
        using var http =
            new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectToReset }) { BaseAddress = server.Url };
        var received = new List<(string Id, string Data)>();
        var rights = Jwt.Subscriber(random.Next(2) == 0 ? "numbers" : "*");
        while (received.Count == 0 || received[^1].Data != Last)
        {
            var id = received.Count > 0 ? received[^1].Id : "earliest";
            var isHeader = random.Next(2) == 0;
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                $"{HubClient.Path}?topic=numbers{(isHeader ? "" : $"&lastEventID={Uri.EscapeDataString(id)}")}");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {rights}");
            if (isHeader) request.Headers.TryAddWithoutValidation("Last-Event-ID", id);
            var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken)
                .Within("answer");
            await using var subscription = new HubSubscription(response);
            Assert.Equal(id, subscription.LastEventId);
            var count = random.Next(1, 80);
            for (; count > 0 && (received.Count == 0 || received[^1].Data != Last); count--)
            {
                var next = await subscription.Next();
                received.Add((next.EventId!, next.Data));
            }
        }
        return received;
    }

    // A connection with these options is reset if it is closed during a response.
    private static async ValueTask<Stream> ConnectToReset(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket =
            new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0), NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
