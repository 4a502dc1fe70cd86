using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Playwright;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>Whether the pages replace a connection that died, or may have died, without being closed.</summary>
public sealed partial class DeadPathTests(Browser browser) : IClassFixture<Browser>
{
    private const string Topic = "https://example.com/books/1";
    private const string Key = "Hub:Publisher:Key=local-development-key-change-me-in-azure";
    private const string LongRetry = "Streaming:Retry=00:59:00";
    private static readonly string[] AllTen = [.. Enumerable.Range(1, 10).Select(id => $"{id}")];

    [Fact]
    public async Task The_hubs_page_notices_that_heartbeats_stay_away_and_misses_nothing()
    {
        var page = await browser.NewPage();
        await using var host =
            await LocalHostServer.Start(null, Key, "Hub:Anonymous=true", "Streaming:Heartbeat=00:00:01");
        await using var path = new SilentProxy(host.Url);
        await OpenHub(page, path.Url);
        await WatchForCrowded(page);
        await WatchState(page);
        await host.Publish($"topic={Topic}&data=before");
        await Expect(Events(page)).ToHaveTextAsync(["before"]);

        path.Silence();
        await host.Publish($"topic={Topic}&data=meanwhile");
        await Expect(page.Locator("#messages li[data-event=error]").First).ToContainTextAsync("not even a heartbeat");
        await Expect(State(page)).ToHaveTextAsync("Live again");
        // The page may show this state for only 0.25 s, so the test reads the states that were recorded.
        Assert.Contains("reconnecting", await page.EvaluateAsync<string[]>("states"));
        await host.Publish($"topic={Topic}&data=after");
        await Expect(Events(page)).ToHaveTextAsync(["before", "meanwhile", "after"]);
        // The idle connections were dead too. But the request was sent, so the browser did have a connection for it.
        Assert.False(await WasCrowded(page));
    }

    [Fact]
    public async Task The_hubs_page_stays_live_while_heartbeats_come()
    {
        // Longer than the silence after which the page takes a connection for dead: 20 s, or 5 s with these heartbeats.
        const int Seconds = 25;
        var second = TimeSpan.FromSeconds(1);
        var page = await browser.NewPage();
        // The test moves both clocks: if a busy machine delayed a heartbeat by 5 s, the page would rightly reconnect.
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await LocalHostServer.Start(
            time, Key, "Hub:Anonymous=true", "Streaming:Heartbeat=00:00:01", "Streaming:MaxDuration=0");
        await PauseClock(page);
        await CountChunks(page);
        await OpenHub(page, host.Url);
        await host.Publish($"topic={Topic}&data=before");
        await host.Advance(second, Expect(Events(page)).ToHaveTextAsync(["before"]));
        for (var passed = 0; passed < Seconds; passed++)
        {
            await page.Clock.RunForAsync((long)second.TotalMilliseconds);
            var heard = await page.EvaluateAsync<int>("chunks");
            await host.Advance(second, page.WaitForFunctionAsync("(heard) => chunks > heard", heard));
        }
        await Expect(page.Locator("#since-last")).ToHaveTextAsync(EightSecondsOrMore());
        await Expect(State(page)).ToHaveTextAsync("Live");
        await Expect(page.Locator("#reconnect-count")).ToHaveTextAsync("0");
    }

    [Fact]
    public async Task The_hubs_page_waits_no_longer_when_the_browser_is_online_again()
    {
        var page = await browser.NewPage();
        // Without the browser's online event, the page would reconnect after an hour.
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=true", LongRetry);
        await OpenHub(page, host.Url);
        await host.Publish($"topic={Topic}&data=before");
        await Expect(Events(page)).ToHaveTextAsync(["before"]);

        await page.Context.SetOfflineAsync(true);
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "reconnecting");
        await Expect(page.Locator("#notice")).ToContainTextAsync("does not answer");
        await host.Publish($"topic={Topic}&data=meanwhile");
        await page.Context.SetOfflineAsync(false);
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
        await Expect(Events(page)).ToHaveTextAsync(["before", "meanwhile"]);
    }

    [Fact]
    public async Task The_demo_takes_a_new_connection_when_the_browser_is_online_again()
    {
        var page = await browser.NewPage();
        // The series goes on when the test advances the clock, so it has not ended when the browser goes offline.
        var delay = TimeSpan.FromSeconds(1);
        await using var host = await LocalHostServer.Start(
            new FakeTimeProvider(), $"Demo:Delay={delay}", "Streaming:MaxDuration=0", LongRetry);
        await using var path = new SilentProxy(host.Url);
        await page.GotoAsync($"{path.Url}");
        await page.Locator("#start").ClickAsync();
        await Expect(Message(page, "1")).ToHaveCountAsync(1);

        // An EventSource does not see heartbeats, so the page shows "Live" until the browser reports a change.
        path.Silence();
        await page.Context.SetOfflineAsync(true);
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "reconnecting");
        await page.Context.SetOfflineAsync(false);
        await host.Advance(delay, Expect(page.Locator("#messages li[data-event=close]")).ToHaveCountAsync(1));
        Assert.Equal(AllTen, await Ids(page));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hub.html")]
    public async Task Takes_a_new_connection_after_the_machine_has_slept(string path)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=true", "Demo:Delay=00:10:00");
        await page.GotoAsync(new Uri(host.Url, path).AbsoluteUri);
        await page.Locator("#start, #connect").ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
        await JumpAhead(page, TimeSpan.FromMinutes(10));
        await Expect(page.Locator("#messages li[data-event=error]")).ToContainTextAsync("did not run for 10 min");
        await Expect(page.Locator("#reconnect-count")).ToHaveTextAsync("1");
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
    }

    [Fact]
    public async Task The_demo_takes_a_new_connection_when_it_is_looked_at_after_a_while()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, "Demo:Delay=00:10:00");
        await page.GotoAsync($"{host.Url}");
        await page.Locator("#start").ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
        await Show(page, false);
        await JumpAhead(page, TimeSpan.FromSeconds(70));
        await Show(page, true);
        await Expect(page.Locator("#messages li[data-event=error]")).ToContainTextAsync("was hidden for 1 min");
        await Expect(page.Locator("#reconnect-count")).ToHaveTextAsync("1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hub.html")]
    public async Task Says_that_it_waits_and_asks_again_where_nothing_answers(string path)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=true");
        await using var proxy = new SilentProxy(host.Url);
        await page.GotoAsync(new Uri(proxy.Url, path).AbsoluteUri);
        await Expect(page.Locator("#hub-url, #endpoint-url")).ToContainTextAsync("127.0.0.1");
        await WatchForCrowded(page);
        proxy.SilenceAll();
        await page.Locator("#start, #connect").ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("Waiting for the");
        await Expect(page.Locator("#messages li[data-event=error]").First).ToContainTextAsync("No answer for");
        Assert.False(await WasCrowded(page));
    }

    [Fact]
    public async Task Learns_from_heartbeats_how_long_a_silence_may_be()
    {
        // Steps: the seconds since the step before, and what happens then. o: a connection opens; h: a heartbeat; e: an
        // event; -: silence. DeadAfter: the seconds of silence after which the connection counts as dead.
        (string Heard, double DeadAfter)[] cases =
        [
            ("o", 20),
            // The first comment arrives immediately: it is not a heartbeat.
            ("o 0h", 20),
            ("o 0h 7e 7e", 20),
            ("o 0h 15h", 37.5),
            ("o 0h 15h 3e 3e", 37.5),
            ("o 0h 1h 1h", 5),
            // The network paused, then delivered two heartbeats together.
            ("o 0h 15h 25h 0h 0h", 62.5),
            ("o 0h 15h 15h 15h 1h 1h 15h", 37.5),
            // The next connection starts with the learned interval.
            ("o 0h 15h 2e o", 37.5),
            // After a connection was taken for dead, the limit doubles: the connection may have been alive.
            ("o 20- o", 40),
            ("o 20- o 0h 30h", 75),
            ("o 0h 220h", 40),
            ("o 20- o 40- o 80- o 160- o 320- o", 550),
        ];
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.GotoAsync($"{host.Url}");
        foreach (var (heard, deadAfter) in cases)
        {
            var silence = await page.EvaluateAsync<double>("""
                async (heard) => {
                  const { Watchdog } = await import("./js/watchdog.js");
                  const real = { now: performance.now, setTimeout, clearTimeout };
                  let now = 0, timer = null;
                  performance.now = () => now;
                  globalThis.setTimeout = (callback, ms) => (timer = { callback, at: now + ms });
                  globalThis.clearTimeout = () => (timer = null);
                  const run = (until) => {
                    while (timer !== null && timer.at <= until) {
                      const { callback, at } = timer;
                      [timer, now] = [null, at];
                      callback();
                    }
                    now = until;
                  };
                  try {
                    let silence = null;
                    const dog = new Watchdog((ms) => (silence = ms));
                    for (const step of heard.split(" ")) {
                      run(now + 1_000 * parseFloat("0" + step));
                      if (step.endsWith("o")) dog.watch();
                      else if (!step.endsWith("-") && silence === null) dog.heard(step.endsWith("h"));
                      if (step.endsWith("-") || step.endsWith("o")) silence = null;
                    }
                    silence = null;
                    if (timer === null) dog.watch();
                    run(now + 3_600_000);
                    return silence / 1_000;
                  } finally {
                    performance.now = real.now;
                    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
                  }
                }
                """, heard);
            Assert.Equal($"{heard}: {deadAfter}", $"{heard}: {silence}");
        }
    }

    [Fact]
    public async Task Reads_first_what_came_while_the_page_did_not_run()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await PauseClock(page);
        await page.GotoAsync($"{host.Url}");
        await page.EvaluateAsync("""
            async () => {
              const { Watchdog } = await import("./js/watchdog.js");
              globalThis.deaths = 0;
              globalThis.dog = new Watchdog(() => deaths++);
              dog.watch();
            }
            """);
        // As after a breakpoint or sleep: the timer runs late, and the bytes that arrived meanwhile are not read yet.
        await page.Clock.FastForwardAsync(60_000);
        Assert.Equal(0, await page.EvaluateAsync<int>("deaths"));
        await page.EvaluateAsync("dog.heard(true)");
        await page.Clock.RunForAsync(10_000);
        Assert.Equal(0, await page.EvaluateAsync<int>("deaths"));
        await page.Clock.FastForwardAsync(600_000);
        await page.Clock.RunForAsync(2_000);
        Assert.Equal(1, await page.EvaluateAsync<int>("deaths"));
    }

    [GeneratedRegex(@"^([89]|\d\d+) s$")]
    private static partial Regex EightSecondsOrMore();

    private static ILocator State(IPage page) => page.Locator("#state");

    private static ILocator Events(IPage page) => page.Locator("#messages .event-data");

    private static ILocator Message(IPage page, string id) =>
        page.Locator($"#messages li[data-event=message][data-id='{id}']");

    private static async Task<string[]> Ids(IPage page) => await page.Locator("#messages li[data-event=message]")
        .EvaluateAllAsync<string[]>("items => items.map(item => item.dataset.id)");

    private static async Task OpenHub(IPage page, Uri url)
    {
        await page.GotoAsync(new Uri(url, "hub.html").AbsoluteUri);
        await page.Locator("#connect").ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
    }

    // From now on, only the test advances the clock of the page.
    private static async Task PauseClock(IPage page)
    {
        await page.Clock.InstallAsync();
        await page.Clock.PauseAtAsync(DateTime.UtcNow.AddMinutes(1));
    }

    // Counts the chunks that the page has read from its streams.
    private static async Task CountChunks(IPage page) => await page.AddInitScriptAsync("""
        globalThis.chunks = 0;
        const { read } = ReadableStreamDefaultReader.prototype;
        ReadableStreamDefaultReader.prototype.read = async function () {
          const chunk = await read.call(this);
          globalThis.chunks++;
          return chunk;
        };
        """);

    private static async Task JumpAhead(IPage page, TimeSpan time) => await page.EvaluateAsync(
        "(ms) => { const now = Date.now; Date.now = () => now() + ms; }", time.TotalMilliseconds);

    private static async Task Show(IPage page, bool isVisible) => await page.EvaluateAsync(
        """
        (isVisible) => {
          Object.defineProperty(document, "hidden", { value: !isVisible, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }
        """, isVisible);

    // Collects the states in which the page is from now on.
    private static async Task WatchState(IPage page) => await page.EvaluateAsync("""
        () => {
          globalThis.states = [];
          const state = document.querySelector("#state");
          const observer = new MutationObserver(() => globalThis.states.push(state.dataset.state));
          observer.observe(state, { attributes: true });
        }
        """);

    private static async Task WatchForCrowded(IPage page) => await page.EvaluateAsync("""
        () => {
          globalThis.wasCrowded = false;
          const crowded = document.querySelector("#crowded");
          const observer = new MutationObserver(() => (globalThis.wasCrowded ||= !crowded.hidden));
          observer.observe(crowded, { attributes: true });
        }
        """);

    private static Task<bool> WasCrowded(IPage page) => page.EvaluateAsync<bool>("wasCrowded");
}
