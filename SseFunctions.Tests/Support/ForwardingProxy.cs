using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace SseFunctions.Tests.Support;

/// <summary>A proxy that appends the address of its client to X-Forwarded-For, like a load balancer.</summary>
internal sealed class ForwardingProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false });

    private ForwardingProxy(WebApplication application) => _application = application;

    /// <summary>The proxy's URL. It listens on all loopback addresses.</summary>
    public Uri Url => new UriBuilder(_application.Urls.First()) { Host = "127.0.0.1" }.Uri;

    public static async Task<ForwardingProxy> Start(Uri server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Any, 0));
        var proxy = new ForwardingProxy(builder.Build());
        var forwarder = proxy._application.Services.GetRequiredService<IHttpForwarder>();
        proxy._application.Run(async context => await forwarder.SendAsync(
            context, server.ToString(), proxy._client, ForwarderRequestConfig.Empty, new Appending()));
        await proxy._application.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private sealed class Appending : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
            CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.TryAddWithoutValidation(
                "X-Forwarded-For", $"{httpContext.Connection.RemoteIpAddress}");
        }
    }
}
