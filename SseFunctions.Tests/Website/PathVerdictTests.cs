using Microsoft.Playwright;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>Whether the page says rightly that a path streams. Alone: a browser that gets no time to run beside other tests sees
/// what comes at once as coming bit by bit.</summary>
[Collection(nameof(Alone))]
public sealed class PathVerdictTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Says_that_the_path_streams()
    {
        var page = await browser.NewPage();
        // Far apart: what waits for a processor on a busy machine must not come together with the next.
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:00:00.7");
        await page.GotoAsync($"{host.Url}");
        var invitation = await Path(page).TextContentAsync();
        // The first stream of a process is slow to open there.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop Connection" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        await Expect(Path(page)).ToHaveAttributeAsync("data-verdict", "streams");
        await Expect(Path(page)).ToContainTextAsync("Yes, it streams. Messages come ");
        await Expect(Path(page)).ToContainTextAsync("HTTP/1.1: a browser opens six streams");

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
        // On a busy machine the page takes its time for each message.
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = Slowness });
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1);
        await Expect(Path(page)).ToHaveAttributeAsync("data-verdict", "buffered");
        await Expect(Path(page)).ToContainTextAsync("10 messages came at once");
        await Expect(Path(page)).ToContainTextAsync("docs/troubleshooting.md");
    }

    [Fact]
    public async Task Says_that_the_path_buffers_in_part_behind_a_proxy_with_a_small_buffer()
    {
        // Two or three messages.
        const int Held = 200;
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:00:00.2", "Cors:AllowedOrigins=*");
        await using var proxy = await HoldingProxy.Start(host.Url, Held);
        // The page itself is not what this is about.
        await page.GotoAsync($"{host.Url}?api={Uri.EscapeDataString($"{proxy.Url}")}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Connection" }).ClickAsync();
        await Expect(Path(page)).ToHaveAttributeAsync("data-verdict", "lumps");
    }

    [Fact]
    public async Task Judges_a_path_by_when_messages_came()
    {
        (string Verdict, int OpenedAfter, int[] Arrivals)[] cases =
        [
            // Nothing can be told of two.
            ("measuring", 10, [10, 2010]),
            // Sent at once, and soon there.
            ("unknown", 100, [110, 111, 112]),
            ("buffered", 100, [1800, 1801, 1803]),
            // Also where the headers were held back with them.
            ("buffered", 1800, [1801, 1802, 1803]),
            ("lumps", 10, [4000, 4001, 4002, 8000, 8001, 8002]),
            ("streams", 10, [10, 2010, 4010, 6010]),
            // One hiccup on the way is no buffer.
            ("streams", 10, [10, 2010, 6009, 6010, 8010, 10010]),
            ("slow", 5000, [5000, 5200, 5400, 5600]),
        ];
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.GotoAsync($"{host.Url}");
        foreach (var (verdict, openedAfter, arrivals) in cases)
        {
            var judged = await page.EvaluateAsync<string>(
                "async ([arrivals, openedAfter]) => (await import('./js/path-verdict.js')).measure(arrivals, openedAfter).verdict",
                new object[] { arrivals, openedAfter });
            Assert.Equal($"{verdict} of {string.Join(' ', arrivals)}", $"{judged} of {string.Join(' ', arrivals)}");
        }
    }

    private static ILocator Path(IPage page) => page.Locator("#path");
}
