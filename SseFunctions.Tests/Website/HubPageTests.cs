using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>The view of the hub in a real browser, with the hub of LocalHost.</summary>
public sealed class HubPageTests(Browser browser) : IClassFixture<Browser>
{
    private const string Topic = "https://example.com/books/1";
    private const string Key = "Hub:Publisher:Key=local-development-key-change-me-in-azure";
    private const string Anonymous = "Hub:Anonymous=true";

    [Fact]
    public async Task Connects_and_publishes_with_two_clicks()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous);
        await Open(page, host);
        await Connect(page);

        await Publish(page).ClickAsync();
        var row = Events(page);
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row.Locator(".event-data")).ToHaveTextAsync("{\"status\":\"OutOfStock\"}");
        await Expect(row.Locator(".event-topic")).ToHaveTextAsync(Topic);
        await Expect(row.Locator(".event-type")).ToHaveTextAsync("message");
        await Expect(row.Locator(".event-origin")).ToHaveTextAsync("live");
        // A busy machine can take seconds.
        await Expect(row.Locator(".event-latency[data-measured]")).ToHaveTextAsync(new Regex(@"^\d+(\.\d)? (ms|s)$"));
        var id = await page.Locator("#publish-result code").TextContentAsync();
        await Expect(row.Locator(".event-id")).ToHaveTextAsync(id!);
        await Expect(page.Locator("#last-event-id")).ToHaveTextAsync(id!);
        Assert.StartsWith("#", id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uses_the_hub_that_its_address_names_also_under_a_route_prefix()
    {
        var page = await browser.NewPage();
        await using var site = await LocalHostServer.Start();
        using var folder = new HostFolder();
        folder.Write("host.json", """{ "version": "2.0", "extensions": { "http": { "routePrefix": "api" } } }""");
        var origin = site.Url.GetLeftPart(UriPartial.Authority);
        using var host = LocalHostProcess.Start(
            folder.Path, "--port 0", ("Cors__AllowedOrigins", origin), ("Hub__Anonymous", "true"),
            ("Hub__Publisher__Key", "local-development-key-change-me-in-azure"));
        var hub = await host.Url + ".well-known/mercure";
        Assert.EndsWith("/api/.well-known/mercure", hub, StringComparison.Ordinal);

        await page.GotoAsync(new Uri(site.Url, $"hub.html?hub={Uri.EscapeDataString(hub)}").AbsoluteUri);
        await Expect(page.Locator("#api-notice")).ToBeHiddenAsync();
        await Expect(page.Locator("#hub-url")).ToHaveTextAsync(hub);
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync("HS256");
        await Connect(page);
        await Published(page, "under a prefix");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync("under a prefix");

        await page.GetByRole(AriaRole.Link, new() { Name = "Demo" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Hub" }).ClickAsync();
        await Expect(page.Locator("#hub-url")).ToHaveTextAsync(hub);
    }

    [Fact]
    public async Task Shows_the_id_the_type_and_the_retry_that_the_publisher_gave()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous);
        await Open(page, host);
        await Connect(page);
        await page.GetByLabel("Type").FillAsync("status");
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("urn:example:7");
        await page.GetByLabel("Retry (ms)").FillAsync("1500");
        await Publish(page).ClickAsync();
        await Expect(Events(page).Locator(".event-id")).ToHaveTextAsync("urn:example:7");
        await Expect(Events(page).Locator(".event-type")).ToHaveTextAsync("status");
        await Expect(Events(page).Locator(".event-retry")).ToHaveTextAsync("retry 1500");
    }

    [Fact]
    public async Task Replays_what_the_hub_holds_and_tells_it_from_what_is_live()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous);
        await Open(page, host);
        await Published(page, "before");
        await page.GetByLabel("Start with").SelectOptionAsync("earliest");
        await Connect(page);
        await Expect(Events(page)).ToHaveCountAsync(1);
        await Published(page, "after");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync(["before", "after"]);
        await Expect(Events(page).Locator(".event-origin")).ToHaveTextAsync(["replayed", "live"]);
    }

    [Fact]
    public async Task Resumes_after_an_id_that_the_hub_holds_and_tells_of_a_gap_otherwise()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous);
        await Open(page, host);
        await Published(page, "first");
        var id = await page.Locator("#publish-result code").TextContentAsync();
        await Published(page, "second");

        await page.GetByLabel("Start with").SelectOptionAsync("after");
        await page.GetByLabel("Last event id").FillAsync(id!);
        await Connect(page);
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync("second");
        await Expect(page.Locator("#notice")).ToContainTextAsync("nothing is missing");
        await Expect(page.Locator("#gap")).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
        await page.GetByLabel("Last event id").FillAsync("urn:example:never");
        await Connect(page);
        await Expect(page.Locator("#gap")).ToContainTextAsync("urn:example:never");
    }

    [Fact]
    public async Task Shows_a_private_update_to_a_token_that_allows_it_and_to_no_one_else()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous);
        await Open(page, host);
        await Connect(page);
        await page.GetByLabel("Private").CheckAsync();
        await Published(page, "secret");
        await Expect(page.Locator("#notice")).ToContainTextAsync("private");
        await page.GetByLabel("Private").UncheckAsync();
        await Published(page, "open");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync("open");

        await page.GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
        await page.Locator("#clear").ClickAsync();
        await page.Locator("#subscribe .token summary").ClickAsync();
        await page.Locator("#subscribe-token-development").ClickAsync();
        await page.GetByLabel("Start with").SelectOptionAsync("earliest");
        await Connect(page);
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync(["secret", "open"]);
    }

    [Fact]
    public async Task Says_why_the_hub_refused()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=false");
        await Open(page, host);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true }).ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("Refused");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true })).ToBeEnabledAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("401: ");

        await page.Locator("#publish .token summary").ClickAsync();
        await page.Locator("#publish-token-clear").ClickAsync();
        await Publish(page).ClickAsync();
        await Expect(page.Locator("#publish-result")).ToContainTextAsync("401: ");
    }

    [Fact]
    public async Task Says_why_the_hub_ended_a_stream_at_once()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous, "Hub:MaxSubscribers=1");
        await using var first = await host.Subscribe("topic=a");
        await host.Publish("topic=a&data=a");
        await first.Next();
        await Open(page, host);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true }).ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "reconnecting");
        await Expect(page.Locator("#notice")).ToContainTextAsync("no room for another subscriber");
    }

    [Fact]
    public async Task The_command_publishes_what_the_form_holds_whatever_that_is()
    {
        const string Hostile = "it's \"$(false)\" `id` \\ {x}[1-9] !! %41 + & ; # é\n@second line";
        if (!File.Exists("/usr/bin/curl")) Assert.Skip("No curl.");
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Key, Anonymous);
        await Open(page, host);
        await Connect(page);
        await page.GetByLabel("Data").FillAsync(Hostile);
        var command = await page.Locator("#publish-command").TextContentAsync();
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command!]) { RedirectStandardOutput = true })!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken).Within("end of curl");
        await Expect(Events(page)).ToHaveCountAsync(1);
        Assert.Equal(Hostile, await Events(page).Locator(".event-data").TextContentAsync());
    }

    private static ILocator State(IPage page) => page.Locator("#state");

    private static ILocator Publish(IPage page) => page.Locator("#publish-button");

    private static ILocator Events(IPage page) => page.Locator("#messages li.event");

    private static async Task Open(IPage page, LocalHostServer host)
    {
        await page.GotoAsync(new Uri(host.Url, "hub.html").AbsoluteUri);
        // The page signs the development token in the background: wait for it.
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync("HS256");
    }

    private static async Task Connect(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true }).ClickAsync();
        await Expect(State(page)).ToHaveAttributeAsync("data-state", "live");
    }

    private static async Task Published(IPage page, string data)
    {
        var before = await page.Locator("#publish-result").TextContentAsync();
        await page.GetByLabel("Data").FillAsync(data);
        await Publish(page).ClickAsync();
        await Expect(page.Locator("#publish-result")).Not.ToHaveTextAsync(before!);
        await Expect(page.Locator("#publish-result")).ToContainTextAsync("Published");
    }
}
