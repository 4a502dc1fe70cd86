using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace SseFunctions.Tests.Support;

/// <summary>The proxy (YARP) with which the Functions host forwards requests to a function.</summary>
internal static class HostProxy
{
    /// <summary>Starts the proxy. It ends a connection that is silent for this long.</summary>
    public static async Task<WebApplication> Start(Uri destination, TimeSpan patience)
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
            // The Functions host does not end the connection of a client that reads nothing.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
            await forwarder.SendAsync(context, destination.ToString(), client, config, HttpTransformer.Default);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        return application;
    }
}
