using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using SseFunctions.Demo;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions;

/// <summary>Runs a stream of each feature once when the host has started, so that the code of streams is compiled
/// before a client comes. The host is not kept from being ready: a request that waits for it must not wait for this too. It
/// has services of its own, which nobody sees: its streams are in no log, metric or span, and count as nobody's
/// subscribers.</summary>
internal sealed partial class Rehearsal(ILogger<Rehearsal> logger) : IHostedLifecycleService
{
    private const string Word = "rehearsal";

    // It gives up then, if the machine is that busy.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // The code of a process is compiled once, whatever the number of hosts in it.
    private static readonly Lazy<Task> Played = new(() => Task.Run(PlayAsync));

    private readonly ILogger _logger = logger;

    /// <summary>The rehearsal, once it has begun.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins, and returns at once.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Ended = EndAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EndAsync()
    {
        try
        {
            await Played.Value;
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }
    }

    private static async Task PlayAsync()
    {
        Tracing.Silence();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"{HubOptions.Section}:{nameof(HubOptions.Anonymous)}"] = "true",
            [$"{DemoOptions.Section}:{nameof(DemoOptions.Messages)}"] = Word,
        }).Build();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddSingleton<IHostApplicationLifetime, ApplicationLifetime>()
            .AddSingleton<IMeterFactory, UnheardMeters>()
            .AddFeatures(configuration)
            .BuildServiceProvider();
        var hosted = services.GetServices<IHostedService>().ToArray();
        foreach (var service in hosted) await service.StartAsync(CancellationToken.None);

        using var end = new CancellationTokenSource(Limit);
        var demo = ActivatorUtilities.CreateInstance<DemoFunctions>(services);
        var context = NewContext(services, "", end.Token, out var body);
        var played = demo.Events(context.Request, CancellationToken.None).ExecuteAsync(context);
        await ReadUntilAsync(body, $"data: {Word}", end.Token);
        await played;

        var hub = ActivatorUtilities.CreateInstance<HubFunctions>(services);
        context = NewContext(services, $"?topic={Word}", end.Token, out body);
        var result = await hub.Subscribe(context.Request, CancellationToken.None);
        played = result.ExecuteAsync(context);
        await ReadUntilAsync(body, ":", end.Token);
        await services.GetRequiredService<IUpdatePublisher>().PublishAsync(new Update([Word], Word), end.Token);
        await ReadUntilAsync(body, $"data: {Word}", end.Token);
        // As a client that leaves.
        await end.CancelAsync();
        await played;

        foreach (var service in hosted.Reverse()) await service.StopAsync(CancellationToken.None);
    }

    private static DefaultHttpContext NewContext(
        IServiceProvider services, string query, CancellationToken aborted, out PipeReader body)
    {
        var pipe = new Pipe();
        body = pipe.Reader;
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = aborted };
        context.Request.Method = HttpMethods.Get;
        context.Request.QueryString = new QueryString(query);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(pipe.Writer.AsStream()));
        return context;
    }

    private static async Task ReadUntilAsync(PipeReader body, string text, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var isThere = Encoding.UTF8.GetString(read.Buffer).Contains(text, StringComparison.Ordinal);
            body.AdvanceTo(isThere ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isThere) return;
            if (read.IsCompleted) throw new EndOfStreamException($"The stream ended without '{text}'.");
        }
    }

    [LoggerMessage(1, LogLevel.Information,
        "The rehearsal of a stream did not come to its end: the first client waits some 50 ms longer")]
    private partial void LogFailed(Exception exception);

    // Meters that no exporter listens to, because of their name.
    private sealed class UnheardMeters : IMeterFactory
    {
        private readonly Meter _meter = new(Word);

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
