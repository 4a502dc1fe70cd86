using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>What the pages say when the browser has no connection left for a stream.</summary>
public sealed class ConnectionLimitTests(Browser browser) : IClassFixture<Browser>
{
    // The most connections that a browser opens to one server over HTTP/1.1.
    private const int Connections = 6;

    [Theory]
    [InlineData("", "#start", "#stop")]
    [InlineData("hub.html", "#connect", "#disconnect")]
    public async Task The_seventh_stream_says_what_it_waits_for_and_opens_when_another_is_stopped(
        string path, string start, string stop)
    {
        await using var host = await LocalHostServer.Start(null, "Hub:Anonymous=true", "Demo:Delay=00:10:00");
        var url = new Uri(host.Url, path).AbsoluteUri;
        var first = await browser.NewPage();
        var pages = new List<IPage> { first };
        while (pages.Count <= Connections) pages.Add(await first.Context.NewPageAsync());
        // Load all pages first: once all connections are used, the browser cannot load a page either.
        foreach (var page in pages) await page.GotoAsync(url);
        foreach (var page in pages.Take(Connections))
        {
            await page.Locator(start).ClickAsync();
            await Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        }

        var seventh = pages[^1];
        await seventh.Locator(start).ClickAsync();
        await Expect(seventh.Locator("#crowded")).ToContainTextAsync("six connections");
        await Expect(seventh.Locator("#state")).ToHaveTextAsync("Connecting");
        foreach (var page in pages.Take(Connections)) await Expect(page.Locator("#crowded")).ToBeHiddenAsync();

        await first.Locator(stop).ClickAsync();
        await Expect(seventh.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        await Expect(seventh.Locator("#crowded")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_discussion_in_the_seventh_tab_says_what_it_waits_for_and_opens_when_a_tab_is_closed()
    {
        // A turn that does not end by itself.
        await using var model = await FakeModelServer.Start(ModelAnswers.Silence("The first words"));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        var id = await host.Http.Start();
        var first = await browser.NewPage();
        var seventh = await first.Context.NewPageAsync();
        await seventh.Open(host.Url);
        await Expect(seventh.Locator("#earlier a")).ToHaveCountAsync(1);
        var pages = new List<IPage> { first };
        while (pages.Count < Connections) pages.Add(await first.Context.NewPageAsync());
        foreach (var page in pages)
        {
            await page.Open(host.Url, id);
            await Expect(page.State()).ToHaveAttributeAsync("data-state", "live");
        }

        await seventh.Locator("#earlier a").ClickAsync();
        await Expect(seventh.Locator("#crowded")).ToContainTextAsync("six connections");
        await first.CloseAsync();
        await Expect(seventh.State()).ToHaveAttributeAsync("data-state", "live");
        await Expect(seventh.Locator("#crowded")).ToBeHiddenAsync();
        await Expect(seventh.Turns().First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("", "**/events*")]
    [InlineData("hub.html", "**/.well-known/mercure*")]
    public async Task Does_not_blame_the_browser_where_the_stream_alone_is_slow(string path, string stream)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, "Hub:Anonymous=true");
        await page.GotoAsync(new Uri(host.Url, path).AbsoluteUri);
        // No request for the stream is ever answered.
        await page.RouteAsync(stream, _ => Task.CompletedTask);
        await page.Locator("#start, #connect").ClickAsync();
        await Expect(page.Locator("#messages li[data-event=error]").First).ToContainTextAsync("No answer for");
        await Expect(page.Locator("#crowded")).ToBeHiddenAsync();
    }
}
