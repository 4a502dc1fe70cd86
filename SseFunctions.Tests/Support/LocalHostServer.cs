using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.LocalHost;

namespace SseFunctions.Tests.Support;

/// <summary>LocalHost with its real configuration, in this process, on a free port.</summary>
internal sealed class LocalHostServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LocalHostServer(WebApplication application)
    {
        _application = application;
        Url = new Uri(application.Urls.First());
        // When a response is disposed, the connection is closed immediately instead of being read to its end.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
        };
        Http = new HttpClient(handler) { BaseAddress = Url, Timeout = Limits.Soon };
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _application.Services;

    public FakeTimeProvider? Time { get; private init; }

    public required CapturedLogs Logs { get; init; }

    public static Task<LocalHostServer> Start(FakeTimeProvider? time = null, params string[] settings) =>
        Start(_ => { }, time, settings);

    /// <summary>Starts LocalHost with changed services.</summary>
    public static async Task<LocalHostServer> Start(
        Action<IServiceCollection> configure, FakeTimeProvider? time, params string[] settings)
    {
        var logs = new CapturedLogs();
        var application = LocalHostApplication.Build(["--port", "0"], builder =>
        {
            // The issuer of the sample settings is taken away: most tests are about hubs that trust no issuer.
            builder.Configuration.AddInMemoryCollection(
                [
                    KeyValuePair.Create("Hub:Issuers:0:Issuer", (string?)""),
                    KeyValuePair.Create("Hub:Issuers:0:Key", (string?)""),
                ]);
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
                .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
            builder.Logging.ClearProviders().AddProvider(logs);
            if (time is not null) builder.Services.AddSingleton<TimeProvider>(time);
            configure(builder.Services);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new LocalHostServer(application) { Time = time, Logs = logs };
    }

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Get, path, headers);

    /// <summary>Advances the test clock until a task completes, slowly enough for a browser to react.</summary>
    public Task Advance(TimeSpan step, Task until) => Time!.Advance(step, until, TimeSpan.FromMilliseconds(20));

    /// <summary>Stops the host cleanly: its streams end, and other instances are told. Disposal alone does not do
    /// that.</summary>
    public Task Stop() => _application.StopAsync(TestContext.Current.CancellationToken).Within("end of the host");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.DisposeAsync();
        Logs.Dispose();
    }
}
