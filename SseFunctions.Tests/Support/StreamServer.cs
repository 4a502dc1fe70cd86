using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Streaming;

namespace SseFunctions.Tests.Support;

/// <summary>A real Kestrel that answers every request with one sequence, on a test clock.</summary>
internal sealed class StreamServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private StreamServer(WebApplication application)
    {
        _application = application;
        Url = new Uri(application.Urls.First());
    }

    public Uri Url { get; }

    public required CapturedLogs Logs { get; init; }

    public required FakeTimeProvider Time { get; init; }

    public required CancellationTokenSource Invocation { get; init; }

    /// <summary>The contexts of the requests so far.</summary>
    public required IReadOnlyCollection<HttpContext> Contexts { get; init; }

    public IServiceProvider Services => _application.Services;

    /// <summary>Starts the server. Settings are written <c>Streaming:Heartbeat=00:00:01</c>.</summary>
    public static Task<StreamServer> Start(IAsyncEnumerable<ServerSentEvent> events, params string[] settings) =>
        Start(_ => events, TimeProvider.System, settings);

    /// <summary>Starts the server on a clock that only the test advances.</summary>
    public static Task<StreamServer> StartWithFakeTime(
        IAsyncEnumerable<ServerSentEvent> events, params string[] settings) =>
        Start(_ => events, null, settings);

    public static Task<StreamServer> Start(
        Func<HttpRequest, IAsyncEnumerable<ServerSentEvent>> events, TimeProvider? time, params string[] settings) =>
        Start(events, time, IPAddress.Loopback, 0, settings);

    /// <summary>Starts the server at an address of this machine, with a limit for the kernel's send buffer of each
    /// client, in bytes; 0: the kernel's default.</summary>
    public static async Task<StreamServer> Start(
        Func<HttpRequest, IAsyncEnumerable<ServerSentEvent>> events,
        TimeProvider? time,
        IPAddress address,
        int sendBufferBytes,
        params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        builder.WebHost.UseUrls($"http://{address}:0");
        if (sendBufferBytes > 0) builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = sendBufferBytes;
            return socket;
        });
        var logs = new CapturedLogs();
        builder.Logging.ClearProviders().AddProvider(logs);
        var fake = new FakeTimeProvider();
        builder.Services.AddSingleton(time ?? fake);
        builder.Services.AddSseFunctions(builder.Configuration);
        // Longer than a test waits, so that a stream must end by itself and not because the server stops waiting.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Limits.Soon * 2);
        var application = builder.Build();
        var invocation = new CancellationTokenSource();
        var streams = application.Services.GetRequiredService<EventStreams>();
        var contexts = new ConcurrentQueue<HttpContext>();
        application.Use((context, next) =>
        {
            contexts.Enqueue(context);
            return next(context);
        });
        application.Run(
            context => streams.Stream("test", events(context.Request), invocation.Token).ExecuteAsync(context));
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new StreamServer(application) { Logs = logs, Time = fake, Invocation = invocation, Contexts = contexts };
    }

    public Task<RawClient> Get(string headers = "", string method = "GET", int receiveBufferBytes = 0) =>
        RawClient.Get(Url, headers, method, receiveBufferBytes: receiveBufferBytes);

    /// <summary>Advances the test clock until a task completes.</summary>
    public Task Advance(TimeSpan step, Task until) => Time.Advance(step, until, TimeSpan.FromMilliseconds(1));

    public Task Stop() => _application.StopAsync(TestContext.Current.CancellationToken).Within("stop of the server");

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Invocation.Dispose();
        Logs.Dispose();
    }
}
