using System.Diagnostics;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>The network of a client is gone, and no packet says so.</summary>
public sealed class DeadNetworkTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ends_a_stream_whose_path_is_dead_within_three_heartbeats(bool isBusy)
    {
        await using var network = await TestNetwork.Create();
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(
            sequence, $"Urls=http://{network.Address}:0", $"Streaming:Heartbeat={Heartbeat}", "Streaming:WriteTimeout=0");
        using var client = network.Start("curl", $"-sN {server.Url}");
        await client.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within("first comment");
        await sequence.Started;
        for (var beat = 0; beat < 4; beat++)
        {
            sequence.Add("the path is well");
            await client.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within("line");
        }

        await network.Cut();
        var start = Stopwatch.GetTimestamp();
        var ended = server.Logs.First("ended: client_gone");
        while (isBusy && !ended.IsCompleted)
        {
            // More often than a heartbeat would be due, and never so much that a write waits.
            sequence.Add("nobody gets this");
            await Task.WhenAny(ended, Task.Delay(Heartbeat / 4, TestContext.Current.CancellationToken));
        }
        await ended;
        var took = Stopwatch.GetElapsedTime(start);
        // What is slow here is the machine of the test.
        Assert.InRange(took, 2 * Heartbeat, 10 * Heartbeat);
        await sequence.Finally;
        Assert.Empty(server.Logs.Errors);
        client.Kill();
    }

    [Fact]
    public async Task A_client_that_is_there_and_reads_nothing_is_not_taken_for_dead()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(sequence, "Streaming:Heartbeat=00:00:00.2", "Streaming:WriteTimeout=0");
        using var client = await server.Get(receiveBufferBytes: 4096);
        await client.UntilOpen();
        // More than the client's kernel takes, and less than blocks a write.
        sequence.Add(new string('x', 500_000));
        await sequence.Started;
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
        await client.Until("xxx\n\n");
    }
}
