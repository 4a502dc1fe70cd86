using Microsoft.Playwright;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>Whether the page judges rightly that a path streams. These tests run alone: a browser that gets too little
/// processor time sees messages that were sent apart as arriving together, or the reverse.</summary>
[Collection(nameof(Alone))]
public sealed class PathVerdictTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Says_that_the_path_streams()
    {
        var page = await browser.NewPage();
        // Far apart: on a busy machine a message that waits for the processor must not arrive together with the next.
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:00:00.7");
        await page.GotoAsync($"{host.Url}");
        var invitation = await Path(page).TextContentAsync();
        // The first stream of a process can open slowly on a busy machine: judge the second one.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop Connection" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        await Expect(Path(page)).ToHaveAttributeAsync("data-verdict", "streams");
        await Expect(Path(page)).ToContainTextAsync("Yes, it streams. Messages arrive ");
        await Expect(Path(page)).ToContainTextAsync("HTTP/1.1, so a browser opens at most six streams");

        await page.Locator("#clear").ClickAsync();
        await Expect(Path(page)).ToHaveTextAsync(invitation!);
    }

    [Fact]
    public async Task Says_that_the_path_buffers_behind_a_proxy_that_does()
    {
        const int Slowness = 40;
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:00:00.2");
        await using var proxy = await HoldingProxy.Start(host.Url, HoldingProxy.Everything);
        await page.GotoAsync($"{proxy.Url}");
        // Slows the page down, as a busy machine does: the time to show a message must not count.
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = Slowness });
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        await Expect(Path(page)).ToHaveAttributeAsync("data-verdict", "buffered");
        await Expect(Path(page)).ToContainTextAsync("10 messages arrived together");
        await Expect(Path(page)).ToContainTextAsync("docs/troubleshooting.md");
    }

    [Fact]
    public async Task Says_that_the_path_buffers_in_part_behind_a_proxy_with_a_small_buffer()
    {
        // Bytes: two or three messages.
        const int Held = 200;
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:00:00.2", "Cors:AllowedOrigins=*");
        await using var proxy = await HoldingProxy.Start(host.Url, Held);
        // The page comes from the host itself; only the stream goes through the proxy.
        await page.GotoAsync($"{host.Url}?api={Uri.EscapeDataString($"{proxy.Url}")}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(Path(page)).ToHaveAttributeAsync("data-verdict", "lumps");
    }

    [Fact]
    public async Task Judges_a_path_by_when_messages_came()
    {
        (string Verdict, int OpenedAfter, int[] Arrivals)[] cases =
        [
            // Two messages are too few to judge.
            ("measuring", 10, [10, 2010]),
            // Messages this early may have been sent together.
            ("unknown", 100, [110, 111, 112]),
            ("buffered", 100, [1800, 1801, 1803]),
            // The proxy held back the headers together with the messages.
            ("buffered", 1800, [1801, 1802, 1803]),
            ("lumps", 10, [4000, 4001, 4002, 8000, 8001, 8002]),
            ("streams", 10, [10, 2010, 4010, 6010]),
            // One short delay on the way is not buffering.
            ("streams", 10, [10, 2010, 6009, 6010, 8010, 10010]),
            ("slow", 5000, [5000, 5200, 5400, 5600]),
        ];
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.GotoAsync($"{host.Url}");
        foreach (var (verdict, openedAfter, arrivals) in cases)
        {
            var judged = await page.EvaluateAsync<string>(
                "async ([arrivals, openedAfter]) => "
                    + "(await import('./js/path-verdict.js')).measure(arrivals, openedAfter).verdict",
                new object[] { arrivals, openedAfter });
            Assert.Equal($"{verdict} of {string.Join(' ', arrivals)}", $"{judged} of {string.Join(' ', arrivals)}");
        }
    }

    private static ILocator Path(IPage page) => page.Locator("#path");
}
