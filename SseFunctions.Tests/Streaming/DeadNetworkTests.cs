using System.Diagnostics;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>A client whose network is dead: neither the client nor its kernel answers. Alone: when a network comes or
/// goes, Chromium aborts all its requests.</summary>
[Collection(nameof(Alone))]
public sealed class DeadNetworkTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_whose_path_is_dead_ends_with_its_third_heartbeat(bool isBusy)
    {
        await using var network = await NetworkNamespace.Create();
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(
            _ => sequence, TimeProvider.System, network.Here, 0, "Streaming:Heartbeat=00:00:01",
            "Streaming:MaxDuration=0");
        using var client = network.Get(server.Url);
        await client.Until("retry");
        var since = Stopwatch.GetTimestamp();
        await network.Cut();
        var ended = server.Logs.First("ended: client_gone");
        while (isBusy && !ended.IsCompleted)
        {
            sequence.Add("news");
            await Task.WhenAny(ended, Task.Delay(Heartbeat / 5, TestContext.Current.CancellationToken));
        }
        await ended;
        // A short outage must not end the stream: a single heartbeat may stay unanswered.
        Assert.True(Stopwatch.GetElapsedTime(since) > Heartbeat);
        await sequence.Finally;
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_client_whose_network_is_gone_while_a_write_waits_for_it_is_gone()
    {
        await using var network = await NetworkNamespace.Create();
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.Start(
            _ => Sequence.Endless(disposed), TimeProvider.System, network.Here, 0,
            "Streaming:WriteTimeout=00:00:02", "Streaming:MaxDuration=0");
        using var client = network.Get(server.Url);
        await client.Until("retry");
        // The client reads on. Otherwise WriteTimeout could be over before the network is cut.
        _ = client.Until("what never comes");
        await network.Cut();
        await server.Logs.First("ended: client_gone");
        await disposed.Task.Within("end of the sequence");
    }

    [Fact]
    public async Task A_stream_survives_an_outage_of_one_heartbeat()
    {
        await using var network = await NetworkNamespace.Create();
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(
            _ => sequence, TimeProvider.System, network.Here, 0, "Streaming:Heartbeat=00:00:03",
            "Streaming:MaxDuration=0");
        using var client = network.Get(server.Url);
        await client.Until("retry");
        await client.Until("heartbeat");
        await network.Cut();
        sequence.Add("sent into the void");
        await Task.Delay(Heartbeat, TestContext.Current.CancellationToken);
        await network.Mend();
        await client.Until("void");
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
    }
}
