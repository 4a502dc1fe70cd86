using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

/// <summary>A real Kestrel that speaks OpenAI's streamed chat completions, well or badly, as the test wants.</summary>
internal sealed class FakeModelServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Func<ModelCall, Task>> _answers;
    private readonly Channel<ModelCall> _arrived = Channel.CreateUnbounded<ModelCall>();
    private readonly ConcurrentQueue<ModelCall> _calls = [];
    private Func<ModelCall, Task> _last = ModelAnswers.Words("Hello");

    private FakeModelServer(WebApplication application, IEnumerable<Func<ModelCall, Task>> answers) =>
        (_application, _answers) = (application, new ConcurrentQueue<Func<ModelCall, Task>>(answers));

    /// <summary>The value for <c>Discussions:Models:N:Endpoint</c>.</summary>
    public Uri Url => new(new Uri(_application.Urls.First()), "/v1");

    /// <summary>All calls so far.</summary>
    public IReadOnlyCollection<ModelCall> Calls => _calls;

    /// <summary>Starts the server. The answers are of <see cref="ModelAnswers"/>, for the first call, the second and so
    /// on; the last is also for all later calls.</summary>
    public static async Task<FakeModelServer> Start(params Func<ModelCall, Task>[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new FakeModelServer(builder.Build(), answers);
        server._application.MapPost("/v1/chat/completions", server.Respond);
        await server._application.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Waits for the next call that no one has waited for yet.</summary>
    public Task<ModelCall> Next() =>
        _arrived.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within("call of the model");

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task Respond(HttpContext context)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        var call = new ModelCall(context, body);
        if (_answers.TryDequeue(out var answer)) _last = answer;
        else answer = _last;
        _calls.Enqueue(call);
        _arrived.Writer.TryWrite(call);
        try
        {
            await answer(call);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left. ModelCall.Aborted reports it.
        }
    }
}

/// <summary>A call of the model's server, which a test answers piece by piece.</summary>
internal sealed class ModelCall
{
    private readonly HttpContext _context;
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModelCall(HttpContext context, JsonElement body)
    {
        (_context, Body, Authorization) = (context, body, context.Request.Headers.Authorization.ToString());
        context.RequestAborted.Register(() => _aborted.TrySetResult());
    }

    /// <summary>The body of the request.</summary>
    public JsonElement Body { get; }

    public string Authorization { get; }

    /// <summary>The messages, as role and text.</summary>
    public IReadOnlyList<(string Role, string Text)> Messages =>
    [
        .. Body.GetProperty("messages").EnumerateArray().Select(message => (
            message.GetProperty("role").GetString()!,
            message.GetProperty("content") is { ValueKind: JsonValueKind.String } text
                ? text.GetString()!
                : string.Concat(message.GetProperty("content").EnumerateArray()
                    .Select(part => part.GetProperty("text").GetString())))),
    ];

    public bool IsAborted => _aborted.Task.IsCompleted;

    /// <summary>Completes when the client has aborted the call.</summary>
    public Task Aborted => _aborted.Task.Within("abort of the model's call by the client");

    public CancellationToken Token => _context.RequestAborted;

    /// <summary>Answers with an error.</summary>
    public async Task Error(int status, string body, params (string Name, string Value)[] headers)
    {
        _context.Response.StatusCode = status;
        _context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers) _context.Response.Headers[name] = value;
        await _context.Response.WriteAsync(body, Token);
    }

    /// <summary>Writes a part of the answer as it is, and flushes it.</summary>
    public async Task Raw(string text)
    {
        if (!_context.Response.HasStarted) _context.Response.ContentType = "text/event-stream";
        await _context.Response.WriteAsync(text, Token);
        await _context.Response.Body.FlushAsync(Token);
    }

    /// <summary>Writes some words.</summary>
    public Task Say(string words) => Raw(Chunk(new { content = words }, null));

    /// <summary>Writes some words in a chunk that also has a usage.</summary>
    public Task Tell((int Input, int Output) usage, string words) => Raw(Data(new
    {
        id = "c",
        @object = "chat.completion.chunk",
        created = 1,
        model = "fake",
        choices = new[] { new { index = 0, delta = new { content = words }, finish_reason = (string?)null } },
        usage = Tokens(usage),
    }));

    /// <summary>Ends the answer.</summary>
    public async Task End(string finish = "stop", (int Input, int Output)? usage = null)
    {
        await Raw(Chunk(new { }, finish));
        if (usage is { } tokens)
        {
            await Raw(Data(new
            {
                id = "c",
                @object = "chat.completion.chunk",
                created = 1,
                model = "fake",
                choices = Array.Empty<object>(),
                usage = Tokens(tokens),
            }));
        }
        await Raw("data: [DONE]\n\n");
    }

    /// <summary>Breaks the connection.</summary>
    public void Drop() => _context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();

    /// <summary>Returns the event of one chunk.</summary>
    public static string Chunk(object delta, string? finish) => Data(new
    {
        id = "c",
        @object = "chat.completion.chunk",
        created = 1,
        model = "fake",
        choices = new[] { new { index = 0, delta, finish_reason = finish } },
    });

    private static object Tokens((int Input, int Output) usage) => new
    {
        prompt_tokens = usage.Input,
        completion_tokens = usage.Output,
        total_tokens = usage.Input + usage.Output,
    };

    private static string Data(object json) => $"data: {JsonSerializer.Serialize(json)}\n\n";
}

/// <summary>What a <see cref="FakeModelServer"/> can answer.</summary>
internal static class ModelAnswers
{
    /// <summary>These pieces, with the usage 10 and 20, or without.</summary>
    public static Func<ModelCall, Task> Words(params string[] pieces) => Words(pieces, "stop", (10, 20));

    public static Func<ModelCall, Task> Words(string[] pieces, string finish, (int Input, int Output)? usage) =>
        async call =>
        {
            foreach (var piece in pieces) await call.Say(piece);
            await call.End(finish, usage);
        };

    /// <summary>These pieces; before each piece, the answer waits for the task of its index.</summary>
    public static Func<ModelCall, Task> Gated(Func<int, Task> gate, params string[] pieces) => async call =>
    {
        for (var index = 0; index < pieces.Length; index++)
        {
            await gate(index).WaitAsync(call.Token);
            await call.Say(pieces[index]);
        }
        await call.End(usage: (10, 20));
    };

    /// <summary>These pieces, with a delay before each, in real time.</summary>
    public static Func<ModelCall, Task> Slow(TimeSpan delay, params string[] pieces) => async call =>
    {
        foreach (var piece in pieces)
        {
            await Task.Delay(delay, call.Token);
            await call.Say(piece);
        }
        await call.End(usage: (10, 20));
    };

    /// <summary>An error whose text quotes <paramref name="secret"/>.</summary>
    public static Func<ModelCall, Task> Error(
        int status, string code, string secret = "", params (string Name, string Value)[] headers) =>
        call => call.Error(
            status,
            JsonSerializer.Serialize(new { error = new { message = $"The provider says {secret}", code } }),
            headers);

    /// <summary>An event that is not JSON.</summary>
    public static Func<ModelCall, Task> Garbage() => call => call.Raw("data: <html>Bad gateway</html>\n\n");

    /// <summary>A page instead of a stream.</summary>
    public static Func<ModelCall, Task> Page() => call => call.Raw("<html>Please sign in</html>");

    /// <summary>The connection closes without an answer.</summary>
    public static Func<ModelCall, Task> Nothing() => call =>
    {
        call.Drop();
        return Task.CompletedTask;
    };

    /// <summary>The body ends properly after these words, without a finish reason.</summary>
    public static Func<ModelCall, Task> BreaksOff(string words) => call => call.Say(words);

    /// <summary>These words, then the connection closes within a chunk.</summary>
    public static Func<ModelCall, Task> HalfAChunk(string words) => async call =>
    {
        await call.Say(words);
        await call.Raw(ModelCall.Chunk(new { content = "never" }, null)[..30]);
        call.Drop();
    };

    /// <summary>These words; after the task, the connection closes.</summary>
    public static Func<ModelCall, Task> Drops(string words, Task when) => async call =>
    {
        await call.Say(words);
        await when.WaitAsync(call.Token);
        call.Drop();
    };

    /// <summary>These words, then nothing until the client leaves.</summary>
    public static Func<ModelCall, Task> Silence(params string[] pieces) => async call =>
    {
        foreach (var piece in pieces) await call.Say(piece);
        await Task.Delay(Timeout.Infinite, call.Token);
    };

    /// <summary>This many megabytes of words, until the client leaves.</summary>
    public static Func<ModelCall, Task> Flood(int megabytes = 10) => async call =>
    {
        const int Pieces = 1024;
        var piece = string.Concat(Enumerable.Repeat("words ", 1024 * 1024 / Pieces / 6 + 1));
        for (var count = 0; count < megabytes * Pieces; count++) await call.Say(piece);
        await call.End();
    };
}
