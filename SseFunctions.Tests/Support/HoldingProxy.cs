using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

/// <summary>A proxy that buffers response bodies, like some proxies between a server and a browser.</summary>
internal sealed class HoldingProxy : IAsyncDisposable
{
    /// <summary>The value for a proxy that buffers the whole response.</summary>
    public const int Everything = int.MaxValue;

    // The headers of a single connection, and those that this proxy's own server sets.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Transfer-Encoding", "Content-Length", "Date", "Server", "Accept-Encoding",
    };

    private readonly WebApplication _application;
    private readonly HttpClient _client;

    private HoldingProxy(WebApplication application, HttpClient client)
    {
        _application = application;
        _client = client;
        Url = new Uri(application.Urls.First());
    }

    public Uri Url { get; }

    /// <summary>Starts a proxy on a free port of this machine.</summary>
    /// <param name="destination">The server to which it forwards. The path of this address is not used.</param>
    /// <param name="held">The number of bytes that it collects before it forwards them.</param>
    /// <param name="prefix">The prefix of the paths that the proxy serves. It is removed before forwarding.</param>
    /// <param name="compresses">Whether it compresses streams.</param>
    /// <param name="then">A further change of the response's headers.</param>
    public static async Task<HoldingProxy> Start(
        Uri destination, int held, string prefix = "", bool compresses = false, Action<IHeaderDictionary>? then = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddResponseCompression(options => options.MimeTypes = ["text/event-stream"]);
        var application = builder.Build();
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        if (prefix.Length > 0) application.UsePathBase(prefix);
        if (compresses) application.UseResponseCompression();
        application.Run(async context =>
        {
            var target = new Uri(destination, context.Request.Path + context.Request.QueryString);
            if (prefix.Length > 0 && context.Request.PathBase != prefix)
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            else
                await Forward(context, target, client, held, then);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new HoldingProxy(application, client);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private static async Task Forward(
        HttpContext context, Uri target, HttpClient client, int held, Action<IHeaderDictionary>? then)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target);
        if (context.Request.ContentLength > 0) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers.Where(header => !NotForwarded.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        try
        {
            using var answer =
                await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            var received = answer.Headers.Concat(answer.Content.Headers);
            foreach (var (name, values) in received.Where(header => !NotForwarded.Contains(header.Key)))
                context.Response.Headers[name] = values.ToArray();
            then?.Invoke(context.Response.Headers);
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await Pass(await answer.Content.ReadAsStreamAsync(context.RequestAborted), context, held);
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or HttpRequestException or IOException)
        {
            // One side has closed its connection, so the other one is closed too.
            context.Abort();
        }
    }

    private static async Task Pass(Stream from, HttpContext context, int held)
    {
        var gathered = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var to = context.Response.Body;
        while (await from.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
        {
            gathered.Write(buffer, 0, count);
            if (gathered.Length < held) continue;
            await to.WriteAsync(gathered.ToArray(), context.RequestAborted);
            await to.FlushAsync(context.RequestAborted);
            gathered.SetLength(0);
        }
        if (gathered.Length > 0) await to.WriteAsync(gathered.ToArray(), context.RequestAborted);
    }
}
