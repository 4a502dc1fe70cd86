using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Hub.Redis;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>An ASP.NET Core app of its own that answers <c>/answers/{id}</c> with a text that a test generates. It uses
/// Redis if the settings name one.</summary>
internal sealed class AnswerApp : IAsyncDisposable
{
    private const string Topic = "/answers/42";

    private readonly WebApplication _app;

    private AnswerApp(WebApplication app, CapturedLogs logs)
    {
        (_app, Logs) = (app, logs);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Limits.Soon };
    }

    public HttpClient Http { get; }

    public ResumableAnswers Answers => _app.Services.GetRequiredService<ResumableAnswers>();

    public CapturedLogs Logs { get; }

    public static Task<AnswerApp> Start(
        Func<CancellationToken, IAsyncEnumerable<string>> generate, params string[] settings) => Start(
        (answers, request) => answers.StreamAsync(request, Topic, generate, request.HttpContext.RequestAborted),
        settings);

    /// <summary>Starts an app whose answer is that of a model.</summary>
    public static Task<AnswerApp> StartModel(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> ask) =>
        Start((answers, request) => answers.StreamAsync(request, Topic, ask, request.HttpContext.RequestAborted));

    /// <summary>Opens the stream of the answer 42.</summary>
    public Task<HttpResponseMessage> Open(string? lastId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Topic);
        if (lastId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        return Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>Stops the app cleanly, so that other instances go on.</summary>
    public Task Stop() => _app.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return _app.DisposeAsync();
    }

    private static async Task<AnswerApp> Start(
        Func<ResumableAnswers, HttpRequest, Task<IResult>> answer, params string[] settings)
    {
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        var discussions = builder.Services.AddSseDiscussions(builder.Configuration);
        if (settings.Any(setting => setting.StartsWith("Redis:", StringComparison.Ordinal))) discussions.AddRedis();
        var app = builder.Build();
        app.MapGet(Topic, (HttpRequest request, ResumableAnswers answers) => answer(answers, request));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new AnswerApp(app, logs);
    }
}
