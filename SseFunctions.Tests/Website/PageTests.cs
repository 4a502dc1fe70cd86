using System.Collections.Concurrent;
using Microsoft.Playwright;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>The view of the demo in a real browser, with LocalHost in a separate process.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string[] AllTen = [.. Enumerable.Range(1, 10).Select(id => $"{id}")];

    [Fact]
    public async Task Shows_the_series_and_closes_when_the_server_says_so()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0", ("Demo__Delay", "00:00:00.05"));
        var console = Console(page);
        await page.GotoAsync(await host.Url);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Server-Sent Events Demo");
        await Expect(Start(page)).ToBeEnabledAsync();
        await Expect(Stop(page)).ToBeDisabledAsync();

        await Start(page).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);

        await Expect(State(page)).ToHaveAttributeAsync("data-state", "closed");
        await Expect(Start(page)).ToBeEnabledAsync();
        await Expect(Stop(page)).ToBeDisabledAsync();
        Assert.Equal(AllTen, await Ids(page));
        await Expect(page.Locator("#last-event-id")).ToHaveTextAsync("10");
        await Expect(page.Locator("#message-count")).ToHaveTextAsync("10");
        await Expect(page.Locator("#timeline .mark-message")).ToHaveCountAsync(10);
        Assert.Equal(1, console.Count(line => line.StartsWith("open ", StringComparison.Ordinal)));
        Assert.Equal(10, console.Count(line => line.StartsWith("message ", StringComparison.Ordinal)));
        Assert.Equal(1, console.Count(line => line.StartsWith("close ", StringComparison.Ordinal)));
        Assert.DoesNotContain(console, line => line.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stops_when_told_to_and_the_server_learns_of_it()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0", ("Demo__Delay", "00:10:00"));
        await page.GotoAsync(await host.Url);
        await Start(page).ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
        await Expect(Start(page)).ToBeDisabledAsync();
        await Expect(Message(page, "1")).ToHaveCountAsync(1);

        await Stop(page).ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "closed");
        await host.Printed("ended: client_gone");

        await page.Locator("#clear").ClickAsync();
        await Expect(page.Locator("#messages li[data-event]")).ToHaveCountAsync(0);
        await Expect(page.Locator("#timeline .mark-message")).ToHaveCountAsync(0);
        await Expect(page.Locator("#message-count")).ToHaveTextAsync("0");
        await Expect(page.Locator("#last-event-id")).ToHaveTextAsync("—");
    }

    [Fact]
    public async Task Resumes_without_a_lost_or_doubled_message_when_the_server_is_killed_and_started_again()
    {
        const int Messages = 400;
        var page = await browser.NewPage();
        var port = Ports.Free();
        var console = Console(page);
        (string Name, string Value)[] settings =
        [
            ("Streaming__Retry", "00:00:00.3"),
            .. Enumerable.Range(0, Messages).Select(number => ($"Demo__Messages__{number}", $"message {number}")),
        ];
        // The first server's series takes minutes, so it has not ended when the test kills the server.
        using var first = LocalHostProcess.Start($"--port {port}", [.. settings, ("Demo__Delay", "00:00:00.5")]);
        await page.GotoAsync(await first.Url);
        await Start(page).ClickAsync();
        await Expect(Message(page, "3")).ToHaveCountAsync(1);

        first.Kill();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "reconnecting");
        using var second = LocalHostProcess.Start($"--port {port}", [.. settings, ("Demo__Delay", "0")]);

        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        Assert.Equal(Enumerable.Range(1, Messages).Select(id => $"{id}"), await Ids(page));
        await Expect(page.Locator("#reconnect-count")).Not.ToHaveTextAsync("0");
        Assert.Contains(console, line => line.StartsWith("error ", StringComparison.Ordinal));
        await Expect(page.Locator("#timeline .waiting")).Not.ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Resumes_after_an_answer_at_which_the_browser_gives_up()
    {
        var page = await browser.NewPage();
        using var host =
            LocalHostProcess.Start("--port 0", ("Demo__Delay", "00:00:00.1"), ("Streaming__Retry", "00:00:00.1"));
        await page.GotoAsync(await host.Url);
        var refusals = 0;
        // The first response ends after two messages. The next two requests are refused, as by a gateway.
        await page.RouteAsync("**/events*", async route =>
        {
            var request = Interlocked.Increment(ref refusals);
            if (request == 1)
                await route.FulfillAsync(new()
                {
                    ContentType = "text/event-stream",
                    Body = "retry: 100\n\nid: "
                    + "1\ndata: a\n\nid: 2\ndata: b\n\n"
                });
            else if (request <= 3)
                await route.FulfillAsync(new() { Status = 503 });
            else
                await route.ContinueAsync();
        });
        await Start(page).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        Assert.Equal(AllTen, await Ids(page));
    }

    [Fact]
    public async Task Closes_for_good_when_nothing_is_left_to_send()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0");
        await page.GotoAsync(await host.Url);
        await page.RouteAsync("**/events*", route => route.FulfillAsync(new() { Status = 204 }));
        await Start(page).ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "closed");
        await Expect(page.Locator("#notice")).ToContainTextAsync("204");
    }

    [Fact]
    public async Task Shows_a_message_as_text_whatever_it_holds()
    {
        const string Hostile = "<img src=x onerror=\"document.title='pwned'\">";
        var page = await browser.NewPage();
        using var host =
            LocalHostProcess.Start("--port 0", ("Demo__Messages__0", Hostile), ("Demo__Delay", "00:10:00"));
        await page.GotoAsync(await host.Url);
        await Start(page).ClickAsync();
        await Expect(Message(page, "1")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await page.Locator("#messages img").CountAsync());
    }

    [Fact]
    public async Task A_huge_message_and_a_huge_id_leave_the_page_usable()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0");
        await page.GotoAsync(await host.Url);
        await page.RouteAsync("**/events*", route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = $"retry: 3600000\nid: \u202e{new string('9', 4_000)}\ndata: \u202e{new string('x', 200_000)}\n\n",
        }));
        await Start(page).ClickAsync();
        var row = page.Locator("#messages li[data-event=message]").First;
        await Expect(row.Locator(".row-data")).ToContainTextAsync("(the first 10,000 of 200,001 characters)");
        await Expect(page.Locator("#notice")).ToContainTextAsync("\\u202e999");
        foreach (var text in new[] { row, page.Locator("#last-event-id"), page.Locator("#notice") })
            Assert.DoesNotContain("\u202e", await text.TextContentAsync(), StringComparison.Ordinal);
        Assert.True(await page.EvaluateAsync<int>("document.querySelector('.toolbar').offsetHeight") < 200);
        Assert.True(await page.EvaluateAsync<int>("document.querySelector('.facts').offsetHeight") < 300);
    }

    [Fact]
    public async Task Says_that_an_answer_is_no_stream()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0");
        await page.GotoAsync(await host.Url);
        await page.RouteAsync(
            "**/events*", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<p>Sign in" }));
        await Start(page).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("answered with text/html, not with text/event-stream");
    }

    [Fact]
    public async Task Says_that_a_server_may_not_allow_the_page_to_read_its_stream()
    {
        var page = await browser.NewPage();
        using var site = LocalHostProcess.Start("--port 0");
        using var api = LocalHostProcess.Start("--port 0");
        await page.GotoAsync($"{await site.Url}?api={Uri.EscapeDataString(await api.Url)}");
        await Start(page).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("Cors:AllowedOrigins");
    }

    [Fact]
    public async Task Reads_the_stream_of_another_origin_that_allows_it()
    {
        var page = await browser.NewPage();
        using var site = LocalHostProcess.Start("--port 0");
        var origin = (await site.Url).TrimEnd('/');
        using var api =
            LocalHostProcess.Start("--port 0", ("Demo__Delay", "00:00:00.05"), ("Cors__AllowedOrigins", origin));
        await page.GotoAsync($"{origin}/?api={Uri.EscapeDataString(await api.Url)}");
        await Start(page).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        Assert.Equal(AllTen, await Ids(page));
    }

    [Fact]
    public async Task Closes_its_stream_when_the_user_leaves_the_page()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0", ("Demo__Delay", "00:10:00"));
        await page.GotoAsync(await host.Url);
        await Start(page).ClickAsync();
        await Expect(Message(page, "1")).ToHaveCountAsync(1);
        await page.EvaluateAsync("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "closed");
        await host.Printed("ended: client_gone");
    }

    [Fact]
    public async Task Keeps_no_more_than_its_last_rows()
    {
        const int Cap = 500;
        var page = await browser.NewPage();
        var messages = Enumerable.Range(0, Cap + 100)
            .Select(number => ($"Demo__Messages__{number}", $"message {number}"));
        using var host = LocalHostProcess.Start("--port 0", [.. messages, ("Demo__Delay", "0")]);
        await page.GotoAsync(await host.Url);
        await Start(page).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        await Expect(page.Locator("#messages li")).ToHaveCountAsync(Cap);
        await Expect(page.Locator("#message-count")).ToHaveTextAsync($"{Cap + 100}");
    }

    [Fact]
    public async Task Refuses_an_api_that_it_may_not_talk_to_and_says_so()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0");
        await page.GotoAsync(await host.Url + "?api=http://192.0.2.1/");
        await Expect(page.Locator("#api-notice")).ToContainTextAsync("https");
        await Expect(page.Locator("#endpoint-url")).ToHaveTextAsync(await host.Url + "events");
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    public async Task Fits_the_width_of_its_window(int width, ColorScheme scheme)
    {
        var page =
            await browser.NewPage(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        using var host =
            LocalHostProcess.Start("--port 0", ("Demo__Messages", new string('x', 2000)), ("Demo__Delay", "0"));
        await page.GotoAsync(await host.Url);
        await Start(page).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
    }

    [Fact]
    public async Task An_unknown_path_shows_the_small_page_in_its_own_style()
    {
        var page = await browser.NewPage();
        using var host = LocalHostProcess.Start("--port 0");
        var answer = await page.GotoAsync(await host.Url + "a/b/c");
        Assert.Equal(404, answer?.Status);
        Assert.Equal(
            1, await page.EvaluateAsync<int>("[...document.styleSheets].filter(s => s.cssRules.length > 0).length"));
        await page.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Server-Sent Events Demo");
    }

    private static ILocator Start(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" });

    private static ILocator Stop(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Stop Connection" });

    private static ILocator State(IPage page) => page.Locator("#state");

    private static ILocator Message(IPage page, string id) =>
        page.Locator($"#messages li[data-event=message][data-id='{id}']");

    private static async Task<string[]> Ids(IPage page) => await page.Locator("#messages li[data-event=message]")
        .EvaluateAllAsync<string[]>("items => items.map(item => item.dataset.id)");

    private static ConcurrentQueue<string> Console(IPage page)
    {
        var lines = new ConcurrentQueue<string>();
        page.Console += (_, message) => lines.Enqueue(message.Text);
        return lines;
    }
}
