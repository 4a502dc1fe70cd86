using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Tests.Support;
using Yarp.ReverseProxy.Forwarder;

namespace SseFunctions.Tests.Streaming;

/// <summary>The Functions host forwards to the function through YARP, which ends a connection that is silent for 240 s:
/// here for seconds, on a real clock.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task Headers_and_first_comment_pass_at_once()
    {
        await using var server = await StreamServer.Start(new Sequence(), "Streaming:Heartbeat=0");
        await using var proxy = await Proxy(server.Url, TimeSpan.FromSeconds(30));
        using var client = await RawClient.Get(new Uri(proxy.Urls.First()));
        // Nothing comes after them that could push them on.
        await client.UntilOpen();
    }

    [Fact]
    public async Task Heartbeats_keep_a_silent_stream_alive()
    {
        // Twice the proxy's patience.
        const int Beats = 20;
        var sequence = new Sequence();
        await using var server = await StreamServer.Start(sequence, "Streaming:Heartbeat=00:00:00.5");
        await using var proxy = await Proxy(server.Url, TimeSpan.FromSeconds(5));
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
        await using var proxy = await Proxy(server.Url, TimeSpan.FromSeconds(2));
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
        await using var proxy = await Proxy(server.Url, TimeSpan.FromSeconds(30));
        using var client = await RawClient.Get(new Uri(proxy.Urls.First()));
        await client.Until("retry");
        client.Break();
        await sequence.Finally;
        await server.Logs.First("ended: client_gone");
        Assert.Empty(server.Logs.Errors);
    }

    private static async Task<WebApplication> Proxy(Uri destination, TimeSpan patience)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        var application = builder.Build();
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        var client = new HttpMessageInvoker(handler);
        var forwarder = application.Services.GetRequiredService<IHttpForwarder>();
        var config = new ForwarderRequestConfig { ActivityTimeout = patience };
        application.Run(async context =>
        {
            await forwarder.SendAsync(context, destination.ToString(), client, config, HttpTransformer.Default);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        return application;
    }
}
