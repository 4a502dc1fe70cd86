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

/// <summary>The rehearsal is a warm-up: it opens one stream of each feature when the host has started, so that the code
/// of streams is compiled before the first client comes. The warm-up does not delay the host: requests are served
/// meanwhile. It uses its own service container, so its streams appear in no log, metric or span, and its
/// subscriber is not a subscriber of the app's hub.</summary>
internal sealed partial class Rehearsal(ILogger<Rehearsal> logger) : IHostedLifecycleService
{
    private const string Word = "rehearsal";

    // The warm-up stops after this time, for instance on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // Code is compiled once per process, so the warm-up runs once even if the process has several hosts.
    private static readonly Lazy<Task> Played = new(() => Task.Run(() => PlayAsync(Limit)));

    private readonly ILogger _logger = logger;

    /// <summary>Completes when the warm-up has ended. Already complete before the host has started.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Starts the warm-up, and returns immediately.</summary>
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

    /// <summary>Runs the warm-up once. Throws <see cref="OperationCanceledException"/> or
    /// <see cref="EndOfStreamException"/> if its streams need longer than the limit.</summary>
    internal static async Task PlayAsync(TimeSpan limit)
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

        using var end = new CancellationTokenSource(limit);
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
        // The client of the hub's stream leaves.
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

    [LoggerMessage(300, LogLevel.Information,
        "The rehearsal, a warm-up of streams, did not complete: the first client waits about 50 ms longer. No action "
        + "is needed")]
    private partial void LogFailed(Exception exception);

    // Creates meters with a name that no exporter listens to.
    private sealed class UnheardMeters : IMeterFactory
    {
        private readonly Meter _meter = new(Word);

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
