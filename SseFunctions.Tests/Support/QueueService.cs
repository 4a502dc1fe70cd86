using System.Globalization;
using System.Text;
using System.Threading.Channels;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

/// <summary>A real Kestrel that answers the two requests of Azure Queue Storage with which the app creates its queue
/// and sends messages.</summary>
internal sealed class QueueService : IAsyncDisposable
{
    private const string Account = "testaccount";

    private readonly WebApplication _application;
    private readonly Channel<(string Queue, string Text, int DelaySeconds)> _messages =
        Channel.CreateUnbounded<(string, string, int)>();
    private readonly HashSet<string> _queues = [];

    private QueueService(WebApplication application) => _application = application;

    /// <summary>The value of <c>AzureWebJobsStorage</c>.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Convert.ToBase64String("key"u8)};"
        + $"QueueEndpoint={_application.Urls.First()}/{Account}";

    public static async Task<QueueService> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new QueueService(builder.Build());
        service._application.MapPut($"/{Account}/{{queue}}", service.Create);
        service._application.MapPost($"/{Account}/{{queue}}/messages", service.Send);
        await service._application.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>Waits for the next message: the queue, its text without the encoding in which the trigger of a function
    /// expects it, and after how many seconds it is visible.</summary>
    public Task<(string Queue, string Text, int DelaySeconds)> Next() =>
        _messages.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within("message of the queue");

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private IResult Create(string queue)
    {
        lock (_queues) return Results.StatusCode(_queues.Add(queue) ? 201 : 204);
    }

    private async Task<IResult> Send(HttpContext context, string queue, int visibilitytimeout = 0)
    {
        lock (_queues)
        {
            if (!_queues.Contains(queue)) return Results.NotFound();
        }
        var body = await XDocument.LoadAsync(context.Request.Body, LoadOptions.None, context.RequestAborted);
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(body.Root!.Element("MessageText")!.Value));
        _messages.Writer.TryWrite((queue, text, visibilitytimeout));
        var now = DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture);
        return Results.Text(
            $"""
            <?xml version="1.0" encoding="utf-8"?><QueueMessagesList><QueueMessage><MessageId>1</MessageId>
            <InsertionTime>{now}</InsertionTime><ExpirationTime>{now}</ExpirationTime><PopReceipt>a</PopReceipt>
            <TimeNextVisible>{now}</TimeNextVisible></QueueMessage></QueueMessagesList>
            """,
            "application/xml",
            Encoding.UTF8,
            StatusCodes.Status201Created);
    }
}
