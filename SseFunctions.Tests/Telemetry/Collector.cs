using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Telemetry;

/// <summary>A server on loopback that keeps the telemetry that is exported to it, in OTLP over HTTP or for Application
/// Insights.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();
    private readonly SemaphoreSlim _arrived = new(0);

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.Run(KeepAsync);
    }

    public string Url => _application.Urls.First();

    public IEnumerable<OtlpSpan> Spans =>
        Scopes("/v1/traces").SelectMany(scope => scope.Messages(2).Select(span => new OtlpSpan(
            scope.Messages(1).First().Text(1),
            span.Text(5),
            span.Hex(1),
            TimeSpan.FromMicroseconds((span.Number(8) - span.Number(7)) / 1000),
            span.Attributes(9))));

    public IEnumerable<OtlpMetric> Metrics =>
        Scopes("/v1/metrics").SelectMany(scope => scope.Messages(2).Select(metric => new OtlpMetric(
            scope.Messages(1).First().Text(1),
            metric.Text(1),
            metric.Text(3),
            metric.Messages(9).SelectMany(histogram => histogram.Messages(1)).FirstOrDefault()?.Doubles(7) ?? [])));

    /// <summary>The text and the trace id of each log line.</summary>
    public IEnumerable<(string Text, string TraceId)> Logs => Scopes("/v1/logs").SelectMany(scope => scope.Messages(2))
        .Select(record => (record.Messages(5).First().Text(1), record.Hex(9)));

    /// <summary>The attributes of the exporting resource.</summary>
    public Dictionary<string, string> Resource =>
        Bodies("/v1/metrics").First().Messages(1).First().Messages(1).First().Attributes(1);

    /// <summary>All received bodies as text. The JSON of Application Insights can be searched in it.</summary>
    public string Text =>
        string.Join('\n', _received.Select(request => System.Text.Encoding.UTF8.GetString(request.Body)));

    public static async Task<Collector> Start()
    {
        var collector = new Collector();
        await collector._application.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Waits until the received telemetry meets a condition.</summary>
    public async Task Until(string what, Func<Collector, bool> isEnough)
    {
        await Enough().Within(what);

        async Task Enough()
        {
            while (!isEnough(this)) await _arrived.WaitAsync(_closed.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _application.DisposeAsync();
        _closed.Dispose();
        _arrived.Dispose();
    }

    private IEnumerable<Protobuf> Bodies(string path) =>
        _received.Where(request => request.Path == path).Select(request => new Protobuf(request.Body));

    private IEnumerable<Protobuf> Scopes(string path) =>
        Bodies(path).SelectMany(body => body.Messages(1)).SelectMany(resource => resource.Messages(2));

    private async Task KeepAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var isZipped = context.Request.Headers.ContentEncoding == "gzip";
        body.Position = 0;
        using var plain = new MemoryStream();
        await using (var read = isZipped ? new GZipStream(body, CompressionMode.Decompress) : (Stream)body)
            await read.CopyToAsync(plain, context.RequestAborted);
        _received.Enqueue((context.Request.Path, plain.ToArray()));
        _arrived.Release();
        if (isZipped || context.Request.Path.Value!.EndsWith("track", StringComparison.Ordinal))
            await context.Response.WriteAsJsonAsync(
                new { itemsReceived = 1, itemsAccepted = 1, errors = Array.Empty<string>() });
    }
}
