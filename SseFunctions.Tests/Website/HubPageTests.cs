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
    private const string Issuer = "https://development-issuer.localhost";
    private const string Key = "local-development-key-change-me-in-azure";

    // The settings of local.settings.sample.json.
    private static readonly string[] Development =
    [
        $"Hub:Issuers:0:Issuer={Issuer}", $"Hub:Issuers:0:Key={Key}", $"Hub:Publisher:Key={Key}", "Hub:Anonymous=true",
    ];

    [Theory]
    [InlineData("", "1.0, HS256")]
    [InlineData($"?topic={Topic}", "0.x, HS256")]
    public async Task Connects_and_publishes_with_two_clicks(string query, string verdict)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Development);
        await Open(page, host, query);
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync(verdict);
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
            ("Hub__Issuers__0__Issuer", Issuer), ("Hub__Issuers__0__Key", Key));
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
        await using var host = await LocalHostServer.Start(null, Development);
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
        await using var host = await LocalHostServer.Start(null, Development);
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
        await using var host = await LocalHostServer.Start(null, Development);
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
        await using var host = await LocalHostServer.Start(null, Development);
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
        await using var host =
            await LocalHostServer.Start(null, [.. Development.Except(["Hub:Anonymous=true"]), "Hub:Anonymous=false"]);
        await Open(page, host);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true }).ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("Refused");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true })).ToBeEnabledAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("401: ");
        await Expect(page.Locator("#subscribe-token")).ToBeVisibleAsync();

        await page.Locator("#publish .token summary").ClickAsync();
        await page.Locator("#publish-token-clear").ClickAsync();
        await Publish(page).ClickAsync();
        await Expect(page.Locator("#publish-result")).ToContainTextAsync("401: ");
    }

    [Fact]
    public async Task Says_why_the_hub_ended_a_stream_at_once()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, [.. Development, "Hub:MaxSubscribers=1"]);
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
        await using var host = await LocalHostServer.Start(null, Development);
        await Open(page, host);
        await Connect(page);
        await page.GetByLabel("Data").FillAsync(Hostile);
        var command = await page.Locator("#publish-command").TextContentAsync();
        using var shell =
            Process.Start(new ProcessStartInfo("sh", ["-c", command!]) { RedirectStandardOutput = true })!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken).Within("end of curl");
        await Expect(Events(page)).ToHaveCountAsync(1);
        Assert.Equal(Hostile, await Events(page).Locator(".event-data").TextContentAsync());
    }

    [Fact]
    public async Task Subscribes_with_matchers_of_both_kinds()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Development);
        await Open(page, host, "?match=a:b&match_urlpattern=https://example.com/books/:id");
        await Connect(page);
        await PublishTo(page, "https://example.com/authors/1", "neither");
        await PublishTo(page, "https://example.com/books/7", "by pattern");
        await PublishTo(page, "a:b", "exact");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync(["by pattern", "exact"]);
        await Expect(page.Locator("#subscribe-command"))
            .ToContainTextAsync("match_urlpattern=https://example.com/books/:id");

        await page.GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove matcher 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a topic" }).ClickAsync();
        await page.GetByLabel("Topic or pattern of matcher 2").FillAsync("*");
        await page.Locator("#clear").ClickAsync();
        await Connect(page);
        await PublishTo(page, "https://example.com/authors/1", "by the star");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync("by the star");
    }

    [Fact]
    public async Task Shows_what_the_hub_says_about_a_pattern_that_is_none()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, Development);
        await Open(page, host, "?match_urlpattern=https://example.com/(");
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true }).ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("Refused");
        await Expect(page.Locator("#notice")).ToContainTextAsync("400: ");
    }

    [Fact]
    public async Task Speaks_0_x_after_one_click()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, [.. Development, "Hub:Dialects=0.x"]);
        await Open(page, host);
        await page.GetByText("0.x", new() { Exact = true }).First.ClickAsync();
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync("0.x, HS256");
        await page.GetByLabel("Topics one per line; also").FillAsync("https://example.com/books/{id}");
        await Expect(page.Locator("#subscribe-command")).ToContainTextAsync("topic=https://example.com/books/{id}");
        await Connect(page);
        await Published(page, "0.x");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync("0.x");
    }

    [Fact]
    public async Task A_token_that_the_page_makes_opens_private_updates()
    {
        var page = await browser.NewPage();
        await using var host =
            await LocalHostServer.Start(null, [.. Development.Except(["Hub:Anonymous=true"]), "Hub:Anonymous=false"]);
        await Open(page, host);
        await page.Locator(".maker summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use to subscribe" }).ClickAsync();
        await Expect(page.Locator("#subscribe-token-verdict"))
            .ToContainTextAsync("1.0, HS256, may subscribe *, expires");
        await Connect(page);
        await page.GetByLabel("Private").CheckAsync();
        await Published(page, "secret");
        await Expect(Events(page).Locator(".event-data")).ToHaveTextAsync("secret");
    }

    [Fact]
    public async Task Shows_that_a_subscription_began_and_ended()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, [.. Development, "Hub:Subscriptions=true"]);
        await Open(page, host, $"?match_urlpattern={Uri.EscapeDataString("/.well-known/mercure/subscriptions/*")}");
        await page.Locator("#subscribe .token summary").ClickAsync();
        await page.Locator("#subscribe-token-development").ClickAsync();
        await Connect(page);
        await using (var other = await host.Subscribe("match=b"))
        {
            await Expect(Topics(page, "Subscription began: exact b")).ToHaveCountAsync(1);
        }
        await Expect(Topics(page, "Subscription ended: exact b")).ToHaveCountAsync(1);
        await Expect(Events(page).Last.Locator(".event-type")).ToHaveTextAsync("mercure");
    }

    private static ILocator Topics(IPage page, string text) =>
        Events(page).Locator(".event-topic", new() { HasText = text });

    private static ILocator State(IPage page) => page.Locator("#state");

    private static ILocator Publish(IPage page) => page.Locator("#publish-button");

    private static ILocator Events(IPage page) => page.Locator("#messages li.event");

    private static async Task Open(IPage page, LocalHostServer host, string query = "")
    {
        await page.GotoAsync(new Uri(host.Url, "hub.html" + query).AbsoluteUri);
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
    private static async Task PublishTo(IPage page, string topic, string data)
    {
        await page.Locator("#publish-topics").FillAsync(topic);
        await Published(page, data);
    }
}
