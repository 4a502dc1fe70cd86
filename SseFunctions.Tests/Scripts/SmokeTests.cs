using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Scripts;

/// <summary><c>scripts/smoke.sh</c> against deployments that work, and against deployments with faults. These tests run
/// alone, because the script judges by when messages arrive.</summary>
[Collection(nameof(Alone))]
public sealed class SmokeTests
{
    private const string Delay = "Demo:Delay=00:00:00.2";
    private const string Origin = "https://page.example";

    [Fact]
    public async Task Passes_where_all_is_well()
    {
        await using var host = await LocalHostServer.Start(null, Delay);
        var result = await SmokeScript.Run([$"{host.Url}"]);
        result.HasPassed();
        Assert.StartsWith(
            "ok    events: spacing   10 messages, ", result.Check("events: spacing"), StringComparison.Ordinal);
        Assert.EndsWith("it streams", result.Check("events: spacing"), StringComparison.Ordinal);
        Assert.Contains(
            "after 9, the stream continues with 10", result.Check("events: resume"), StringComparison.Ordinal);
        Assert.StartsWith("ok ", result.Check("events: 204"), StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1", result.Check("protocol"), StringComparison.Ordinal);
        Assert.StartsWith("skip  hub: delivery ", result.Check("hub: delivery"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_token_publishes_and_hears_what_was_published_and_shows_the_token_to_nobody()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=0");
        using var curls = new WatchedCurl();
        var result =
            await SmokeScript.Run([$"{host.Url}"], ("SMOKE_TOKEN", HubClient.Everything), ("PATH", curls.SearchPath));
        result.HasPassed();
        Assert.StartsWith(
            "ok    hub: delivery     two updates arrived, ", result.Check("hub: delivery"), StringComparison.Ordinal);
        Assert.StartsWith("ok ", result.Check("hub: resume"), StringComparison.Ordinal);
        Assert.DoesNotContain(HubClient.Everything, result.Output, StringComparison.Ordinal);
        Assert.Contains(".well-known/mercure", curls.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain(HubClient.Everything, curls.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_a_token_as_an_argument_and_publishes_to_the_topic_that_it_is_for()
    {
        const string Topic = "https://example.com/smoke?a=1&b=ü";
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=0");
        var token = Jwt.Mint(new { mercure = new { publish = new[] { Topic }, subscribe = new[] { Topic } } });
        var result = await SmokeScript.Run([$"{host.Url}", "--token", token, "--topic", Topic]);
        result.HasPassed();
        Assert.Equal(2, (await host.Held(Topic)).Count);
    }

    [Fact]
    public async Task Says_that_everything_came_at_once_behind_a_proxy_that_buffers()
    {
        await using var host = await LocalHostServer.Start(null, Delay);
        await using var proxy = await HoldingProxy.Start(host.Url, HoldingProxy.Everything);
        var result = await SmokeScript.Run([$"{proxy.Url}"]);
        result.HasFailed();
        var spacing = result.Check("events: spacing");
        Assert.StartsWith(
            "FAIL  events: spacing   all 10 messages arrived together, after ", spacing, StringComparison.Ordinal);
        Assert.Contains(
            "something on the way buffers (server: Kestrel); see docs/troubleshooting.md",
            spacing,
            StringComparison.Ordinal);
        Assert.Equal("FAIL 1 of ", result.Lines[^1][..10]);
    }

    [Fact]
    public async Task Says_that_messages_came_in_lumps_behind_a_proxy_with_a_small_buffer()
    {
        // Bytes: two or three messages.
        const int Held = 200;
        await using var host = await LocalHostServer.Start(null, Delay);
        await using var proxy = await HoldingProxy.Start(host.Url, Held);
        var result = await SmokeScript.Run([$"{proxy.Url}"]);
        result.HasFailed();
        Assert.Matches("FAIL  events: spacing   10 messages arrived in [2-5] groups", result.Check("events: spacing"));
    }

    [Fact]
    public async Task Does_not_take_messages_that_are_sent_together_for_buffered_ones()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=0");
        var result = await SmokeScript.Run([$"{host.Url}"]);
        result.HasPassed();
        Assert.StartsWith("skip ", result.Check("events: spacing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follows_a_series_no_longer_than_it_may()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:10:00");
        var result = await SmokeScript.Run([$"{host.Url}", "--wait", "5"]);
        result.HasPassed();
        Assert.Contains("was at message 1", result.Check("events: end"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_something_compresses()
    {
        await using var host = await LocalHostServer.Start(null, Delay);
        await using var proxy = await HoldingProxy.Start(host.Url, held: 0, compresses: true);
        var result = await SmokeScript.Run([$"{proxy.Url}"]);
        result.HasFailed();
        Assert.StartsWith("FAIL  events: encoding", result.Check("events: encoding"), StringComparison.Ordinal);
        Assert.StartsWith("ok ", result.Check("events: end"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_headers_were_changed()
    {
        await using var host = await LocalHostServer.Start(null, Delay);
        await using var proxy = await HoldingProxy.Start(host.Url, held: 0, then: headers =>
        {
            headers.CacheControl = "public, max-age=60";
            headers.Remove("X-Accel-Buffering");
        });
        var result = await SmokeScript.Run([$"{proxy.Url}"]);
        result.HasFailed();
        Assert.Contains(
            "changed on the way to 'public, max-age=60'", result.Check("events: caching"), StringComparison.Ordinal);
        Assert.StartsWith("skip ", result.Check("events: buffering"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sse", "")]
    [InlineData("/a/b", "/")]
    public async Task Finds_a_deployment_below_a_path(string prefix, string end)
    {
        await using var host = await LocalHostServer.Start(null, Delay);
        await using var proxy = await HoldingProxy.Start(host.Url, held: 0, prefix: prefix);
        var result = await SmokeScript.Run([$"{proxy.Url}{prefix[1..]}{end}"]);
        result.HasPassed();
    }

    [Fact]
    public async Task Passes_where_nobody_may_publish_and_fails_if_a_token_is_to_be_used_there()
    {
        await using var host =
            await LocalHostServer.Start(null, "Demo:Delay=0", "Hub:Publisher:Key=", "Hub:Anonymous=false");
        var result = await SmokeScript.Run([$"{host.Url}"]);
        result.HasPassed();
        Assert.Contains("no Hub:Publisher:Key is set", result.Check("hub: publish"), StringComparison.Ordinal);

        var withToken = await SmokeScript.Run([$"{host.Url}"], ("SMOKE_TOKEN", HubClient.Everything));
        withToken.HasFailed();
        Assert.Contains("a token was given, but nobody may publish", withToken.Failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passes_where_nobody_may_publish_with_a_token_of_1_0()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=0", "Hub:Dialects=1.0");
        var result = await SmokeScript.Run([$"{host.Url}"]);
        result.HasPassed();
        Assert.Contains("no Hub:Issuers:0:Key is set", result.Check("hub: publish"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_token_of_1_0_hears_what_was_published_where_the_hub_speaks_nothing_else()
    {
        await using var host = await LocalHostServer.Start(
            null, [.. Jwt.Trusted, "Demo:Delay=0", "Hub:Dialects=1.0", "Hub:Anonymous=false"]);
        var token = Jwt.Access(
            $"{new Uri(host.Url, HubClient.Path)}", Jwt.Detail(["publish", "subscribe"], "smoke-test"));
        var result = await SmokeScript.Run([$"{host.Url}"], ("SMOKE_TOKEN", token));
        result.HasPassed();
        Assert.Contains("two updates arrived", result.Check("hub: delivery"), StringComparison.Ordinal);
        Assert.StartsWith("ok ", result.Check("hub: resume"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_token_has_no_right()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=0");
        var result = await SmokeScript.Run([$"{host.Url}"], ("SMOKE_TOKEN", Jwt.Publisher("something-else")));
        result.HasFailed();
        Assert.Contains("403: The token gives no right to publish", result.Failures, StringComparison.Ordinal);

        var forged = await SmokeScript.Run(
            [$"{host.Url}"], ("SMOKE_TOKEN", Jwt.Mint(new { }, "another-key-that-is-long-enough-for-it")));
        forged.HasFailed();
        Assert.Contains("401: the token is not valid", forged.Failures, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "may not")]
    [InlineData("Cors:AllowedOrigins=https://other.example", "may not")]
    [InlineData("Cors:AllowedOrigins=https://page.example", "may read it, as https://page.example")]
    [InlineData("Cors:AllowedOrigins=*", "may read it, as *")]
    public async Task Says_whether_the_pages_of_an_origin_may_read(string setting, string verdict)
    {
        string[] settings = setting.Length == 0 ? ["Demo:Delay=0"] : ["Demo:Delay=0", setting];
        await using var host = await LocalHostServer.Start(null, settings);
        var result = await SmokeScript.Run([$"{host.Url}", "--origin", Origin]);
        result.HasPassed();
        Assert.Contains($"{Origin} {verdict}", result.Check("cors: events"), StringComparison.Ordinal);
        Assert.Contains($"{Origin} {verdict}", result.Check("cors: hub"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_CORS_is_answered_twice()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=0", $"Cors:AllowedOrigins={Origin}");
        await using var proxy = await HoldingProxy.Start(
            host.Url, held: 0, then: headers => headers.Append("Access-Control-Allow-Origin", Origin));
        var result = await SmokeScript.Run([$"{proxy.Url}", "--origin", Origin]);
        result.HasFailed();
        Assert.Contains("is there twice", result.Check("cors: events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_at_once_that_nothing_listens()
    {
        var result = await SmokeScript.Run(["http://127.0.0.1:1"]);
        result.HasFailed();
        Assert.Equal("FAIL 1 of 1", result.Lines[^1]);
        Assert.Contains("connect", result.Check("page"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_web_server_is_another_one()
    {
        await using var server = await Answering(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<p>\u001b[31mHello", context.RequestAborted);
        });
        var result =
            await SmokeScript.Run([server.Urls.First(), "--origin", Origin], ("SMOKE_TOKEN", HubClient.Everything));
        result.HasFailed();
        Assert.Contains("which SseFunctions does not send", result.Check("health"), StringComparison.Ordinal);
        Assert.Contains("which SseFunctions does not send", result.Check("events: answer"), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    [Theory]
    [InlineData(StatusCodes.Status301MovedPermanently, "https://elsewhere.example/")]
    [InlineData(StatusCodes.Status401Unauthorized, "authentication")]
    [InlineData(StatusCodes.Status403Forbidden, "stopped")]
    [InlineData(StatusCodes.Status404NotFound, "deployed")]
    [InlineData(StatusCodes.Status503ServiceUnavailable, "log")]
    public async Task Says_what_a_status_means(int status, string hint)
    {
        await using var server = await Answering(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "https://elsewhere.example/";
            return Task.CompletedTask;
        });
        var result = await SmokeScript.Run([server.Urls.First()]);
        result.HasFailed();
        Assert.Contains($"{status}", result.Check("page"), StringComparison.Ordinal);
        Assert.Contains(hint, result.Check("page"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Give the URL")]
    [InlineData("http://", "ftp://host")]
    [InlineData("query", "http://host/?code=1")]
    [InlineData("Give one URL", "http://host", "http://other")]
    [InlineData("no option", "http://host", "--nope")]
    [InlineData("needs a value", "http://host", "--token")]
    [InlineData("not a JWT", "http://host", "--token", "a\"\nurl = \"http://other")]
    [InlineData("--origin must be", "http://host", "--origin", "page.example")]
    [InlineData("seconds", "http://host", "--wait", "soon")]
    public async Task Refuses_arguments_that_it_does_not_understand(string why, params string[] arguments)
    {
        var result = await SmokeScript.Run(arguments);
        Assert.Equal(2, result.Exit);
        Assert.Empty(result.Output);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_in_the_middle_it_leaves_nothing_behind()
    {
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:10:00");
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var proxy = await HoldingProxy.Start(host.Url, held: 0, then: headers =>
        {
            if (headers.ContentType == "text/event-stream") open.TrySetResult();
        });
        using var temporary = new TemporaryFolder();
        using var script = SmokeScript.Start([$"{proxy.Url}"], ("TMPDIR", temporary.Path));
        await open.Task.Within("stream");
        script.Terminate();
        var result = await script.Result();
        Assert.Equal(143, result.Exit);
        await host.Logs.First("ended: client_gone");
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary.Path));
    }

    private static async Task<WebApplication> Answering(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return application;
    }

    /// <summary>A curl that logs its arguments and its environment, which other users of the machine can see.</summary>
    private sealed class WatchedCurl : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public WatchedCurl()
        {
            if (SmokeScript.Curl is not { } curl || OperatingSystem.IsWindows())
            {
                Assert.Skip("This needs curl, and a system that lets a script take its place.");
                return;
            }
            var script = Path.Combine(_folder.Path, "curl");
            File.WriteAllText(
                script, $"#!/usr/bin/env bash\n{{ printf '%s\\n' \"$@\"; env; }} >>'{Log}'\nexec '{curl}' \"$@\"\n");
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        public string SearchPath => $"{_folder.Path}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";

        public string Seen => File.ReadAllText(Log);

        private string Log => Path.Combine(_folder.Path, "log");

        public void Dispose() => _folder.Dispose();
    }
}
