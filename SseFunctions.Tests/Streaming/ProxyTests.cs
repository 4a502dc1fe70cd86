using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>The Functions host forwards requests to the function through YARP, which ends a connection that is silent
/// for 240 s. These tests use the same proxy with a limit of seconds, on a real clock.</summary>
public sealed class ProxyTests
{
    // The proxy's limit. It is long, because a busy machine may send nothing for seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Headers_and_first_comment_pass_at_once()
    {
        await using var server = await StreamServer.Start(new Sequence(), "Streaming:Heartbeat=0");
        await using var proxy = await HostProxy.Start(server.Url, TimeSpan.FromSeconds(30));
        using var client = await RawClient.Get(new Uri(proxy.Urls.First()));
        // No event follows, so no later write could push the headers and the comment out of a buffer.
        await client.UntilOpen();
    }

    [Fact]
    public async Task Heartbeats_keep_a_silent_stream_alive()
    {
        // 12 s of heartbeats, longer than the proxy's limit.
        const int Beats = 24;
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(sequence, "Streaming:Heartbeat=00:00:00.5");
        await using var proxy = await HostProxy.Start(server.Url, Patience);
        using var client = await RawClient.Get(new Uri(proxy.Urls.First()));
        while (client.Received.Split(": heartbeat").Length <= Beats) await client.MoreThan(client.Count);
        sequence.Add("still here");
        await client.Until("still here");
    }

    [Fact]
    public async Task Without_heartbeats_the_proxy_ends_a_silent_stream_and_the_function_learns_of_it()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(sequence, "Streaming:Heartbeat=0");
        await using var proxy = await HostProxy.Start(server.Url, Patience);
        using var client = await RawClient.Get(new Uri(proxy.Urls.First()));
        Assert.False(await client.UntilEnd());
        await sequence.Finally;
        await server.Logs.First("ended: client_gone");
    }

    [Fact]
    public async Task A_client_that_leaves_the_proxy_ends_the_stream()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(sequence);
        await using var proxy = await HostProxy.Start(server.Url, TimeSpan.FromSeconds(30));
        using var client = await RawClient.Get(new Uri(proxy.Urls.First()));
        await client.Until("retry");
        client.Break();
        await sequence.Finally;
        await server.Logs.First("ended: client_gone");
        Assert.Empty(server.Logs.Errors);
    }
}
