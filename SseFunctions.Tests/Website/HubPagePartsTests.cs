using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>The view of the hub in a real browser, with answers that the tests write.</summary>
public sealed class HubPagePartsTests(Browser browser) : IClassFixture<Browser>
{
    private const string HubPath = "**/.well-known/mercure*";

    [Fact]
    public async Task Parses_a_stream_wherever_it_is_cut()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        // A byte order mark, all three line ends, a character of four bytes, comments, an id that is reset, an event
        // without data, an id with NUL, an invalid retry field, and an incomplete event.
        const string Stream =
            "\uFEFFid: 1\r\ndata: a\r\n\r\n: heartbeat\n\ndata:b\rdata: \ud83d\ude00\r\revent: t\ndata\nretry: 70\n\n"
            + "id: 2\n\ndata:  c\nid: x\0y\nretry: 1e3\n\nid\ndata: d\n\ndata: never";
        const string Expected =
            """[["message","a","1","1",null],["message","b\n😀",null,"1",null],["t","",null,"1",70],"""
            + """["message"," c",null,"2",null],["message","d","","",null]]""";
        var parsed = await page.EvaluateAsync<string[]>("""
            async (text) => {
              const { SseParser } = await import("./js/sse-parser.js");
              const bytes = new TextEncoder().encode(text);
              const results = new Set();
              for (let first = 0; first <= bytes.length; first++) {
                for (const second of [first, first + 1, first + 2]) {
                  const parser = new SseParser();
                  const parts = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
                  const events = parts.flatMap((part) => parser.feed(part));
                  results.add(JSON.stringify(events.map((e) => [e.type, e.data, e.id, e.lastEventId, e.retry])));
                }
              }
              return [...results];
            }
            """, Stream);
        Assert.Equal([Expected], parsed);
    }

    [Theory]
    [InlineData("", "Mercure-Last-Event-ID", "match=https%3A%2F%2Fexample.com%2Fbooks%2F1&last_event_id=earliest")]
    [InlineData(
        "?topic=https://example.com/books/1", "Last-Event-ID",
        "topic=https%3A%2F%2Fexample.com%2Fbooks%2F1&lastEventID=earliest")]
    public async Task Shows_events_of_every_type_and_resumes_with_the_header(
        string address, string header, string query)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        var console = new ConcurrentQueue<string>();
        page.Console += (_, message) => console.Enqueue(message.Text);
        var asked = new ConcurrentQueue<string>();
        await page.RouteAsync(HubPath, async route =>
        {
            asked.Enqueue($"{route.Request.Url.Split('?')[1]} {await route.Request.HeaderValueAsync("Last-Event-ID")}");
            if (asked.Count == 1)
            {
                await route.FulfillAsync(new()
                {
                    ContentType = "text/event-stream",
                    Headers = new Dictionary<string, string> { [header] = "earliest" },
                    Body = "retry: 10\n\nid: a\nevent: one\ndata: 1\n\nid: é\nevent: two\ndata: 2\n\n",
                });
            }
            else if (asked.Count == 2)
                await route.FulfillAsync(
                    new() { Status = 503, ContentType = "application/problem+json", Body = "{\"title\":\"Wait.\"}" });
            else
                await route.FulfillAsync(new() { Status = 204 });
        });
        await Open(page, host, address);
        await page.GetByLabel("Start with").SelectOptionAsync("earliest");
        await Connect(page).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("204");
        await Expect(page.Locator(".event-type")).ToHaveTextAsync(["one", "two"]);
        await Expect(page.Locator(".event-origin")).ToHaveTextAsync(["replayed", "replayed"]);
        await Expect(page.Locator("#messages li[data-event=error]").Last).ToContainTextAsync("503: Wait");
        Assert.Equal([$"{query} ", $"{query} é", $"{query} é"], asked);
        Assert.DoesNotContain("Content Security Policy", string.Join("\n", console), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resumes_after_an_id_that_came_without_an_event_and_shows_no_event()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        var asked = new ConcurrentQueue<string?>();
        await page.RouteAsync(HubPath, async route =>
        {
            asked.Enqueue(await route.Request.HeaderValueAsync("Last-Event-ID"));
            string? body = asked.Count switch
            {
                // An id without an event. Then an event, and after it an id with a type but no data, which is no event.
                1 => ": open\nretry: 10\nid: #1767225600000-0\n\n",
                2 => ": open\nid: #1767225600000-1\n\nid: a\ndata: 1\n\nevent: none\nid: #1767225600000-3\n\n",
                _ => null,
            };
            await route.FulfillAsync(
                body is null ? new() { Status = 204 } : new() { ContentType = "text/event-stream", Body = body });
        });
        await Open(page, host);
        await Connect(page).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("204");
        Assert.Equal([null, "#1767225600000-0", "#1767225600000-3"], asked);
        await Expect(page.Locator("#messages li.event .event-data")).ToHaveTextAsync(["1"]);
        await Expect(page.Locator("#message-count")).ToHaveTextAsync("1");
        await Expect(page.Locator("#last-event-id")).ToHaveTextAsync("#1767225600000-3");
        await Expect(page.Locator("#messages li[data-event=open]").Last).ToContainTextAsync("after #1767225600000-0");
    }

    [Fact]
    public async Task Closes_for_good_when_it_is_refused_and_says_why()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.RouteAsync(HubPath, route => route.FulfillAsync(new()
        {
            Status = 401,
            ContentType = "application/problem+json",
            Body = "{\"title\":\"Send a token.\",\"status\":401,\"detail\":\"<b>In the header.</b>\"}",
        }));
        await Open(page, host);
        await Connect(page).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("401: Send a token. <b>In the header.</b>");
        await Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "refused");
        await Expect(Connect(page)).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Says_that_an_answer_is_no_stream()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.RouteAsync(
            HubPath, route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<p>Sign in" }));
        await Open(page, host);
        await Connect(page).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("Expected text/event-stream, but");
    }

    [Fact]
    public async Task Shows_an_event_as_text_whatever_it_holds()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.RouteAsync(HubPath, route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = "retry: 3600000\nid: <b>1</b>\nevent: <i>\u202et\ndata: <img src=x "
                + "onerror=\"document.title='pwned'\">\u001b\n\n"
                + $"data: {new string('x', 200_000)}\n\ndata: {new string('[', 20_000)}{new string(']', 20_000)}\n\n"
                + "data: {\"long\":12345678901234567890,\"twice\":1,\"twice\":[],\"text\":\"a\\\"}],:\",\"list\":[1,"
                    + "{\"deep\":{}}]}\n\n",
        }));
        await Open(page, host);
        await Connect(page).ClickAsync();
        await Expect(page.Locator("#messages li.event")).ToHaveCountAsync(4);
        Assert.Equal(0, await page.Locator("#messages :is(img, b, i)").CountAsync());
        await Expect(page.Locator(".event-type").First).ToHaveTextAsync("<i>\\u202et");
        await Expect(page.Locator(".event-data").First)
            .ToContainTextAsync("onerror=\"document.title='pwned'\">\\u001b");
        var more = page.Locator(".event-more").First;
        await Expect(more).ToContainTextAsync("200,000");
        await more.ClickAsync();
        await Expect(more).ToHaveAttributeAsync("aria-expanded", "true");
        Assert.Equal(
            "{\n  \"long\": 12345678901234567890,\n  \"twice\": 1,\n  \"twice\": [],\n  \"text\": \"a\\\"}],:\",\n"
            + "  \"list\": [1, {\"deep\": {}}]\n}",
            await page.Locator(".event-data").Last.TextContentAsync());
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
    }

    [Fact]
    public async Task Resumes_after_a_very_long_id()
    {
        const int Length = 200_000;
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        // A stub in place of the network, whose parts refuse such a header before this page's server can.
        var asked = await page.EvaluateAsync<string[]>("""
            async (length) => {
              const { FetchStream } = await import("./js/fetch-stream.js");
              const asked = [];
              const body = `retry: 10\nid: ${"é".repeat(length)}\ndata: 1\n\n`;
              globalThis.fetch = async (url, { headers }) => {
                asked.push(String((headers?.["Last-Event-ID"] ?? "").length));
                return asked.length === 1
                  ? new Response(body, { headers: { "Content-Type": "text/event-stream" } })
                  : new Response(null, { status: 204 });
              };
              await new Promise((resolve) => {
                const ignore = () => {};
                const stream = new FetchStream({
                  onState: (state, reason) => { if (reason !== null) resolve(reason); },
                  onOpen: ignore, onEvents: ignore, onCursor: ignore, onRetry: ignore, onWaiting: ignore,
                });
                stream.start({ url: new URL("https://example.com/"), token: "" });
              });
              return asked;
            }
            """, Length).Within("second request");
        Assert.Equal(["0", $"{2 * Length}"], asked);
    }

    [Fact]
    public async Task Closes_a_stream_whose_event_has_no_end()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        var reason = await page.EvaluateAsync<string>("""
            async () => {
              const { FetchStream } = await import("./js/fetch-stream.js");
              const chunk = new TextEncoder().encode("x".repeat(1024 * 1024));
              let left = 100;
              const pull = (controller) => left-- > 0 ? controller.enqueue(chunk) : controller.close();
              globalThis.fetch = async () => new Response(
                new ReadableStream({ pull }), { headers: { "Content-Type": "text/event-stream" } });
              return new Promise((resolve) => {
                const ignore = () => {};
                const stream = new FetchStream({
                  onState: (state, reason) => { if (reason !== null) resolve(reason.title); },
                  onRetry: () => resolve("The stream ended by itself."),
                  onOpen: ignore, onEvents: ignore, onCursor: ignore, onWaiting: ignore,
                });
                stream.start({ url: new URL("https://example.com/"), token: "" });
              });
            }
            """).Within("end of the stream");
        Assert.Equal("An event of this stream is too long", reason);
    }

    [Fact]
    public async Task Keeps_no_more_of_a_huge_event_than_it_can_show()
    {
        const int Rows = 50;
        const int Length = 1_000_000;
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        var devTools = await page.Context.NewCDPSessionAsync(page);
        var before = await UsedBytes();
        await page.EvaluateAsync("""
            async ([rows, length]) => {
              const { Deliveries } = await import("./js/delivery.js");
              const { EventRow } = await import("./js/event-row.js");
              const deliveries = new Deliveries({ asked: "", held: null, date: null });
              globalThis.rows = Array.from({ length: rows }, (_, index) => {
                const data = `${index} `.repeat(length);
                const event = { type: "message", data, id: null, lastEventId: "", retry: null };
                return new EventRow(event, deliveries, [["match", "a"]], 0);
              });
            }
            """, new[] { Rows, Length });
        // Each row keeps 100,000 characters of more than 2,000,000.
        Assert.InRange(await UsedBytes() - before, 0, Rows * Length / 2);

        async Task<double> UsedBytes()
        {
            await devTools.SendAsync("HeapProfiler.collectGarbage");
            var usage = await devTools.SendAsync("Runtime.getHeapUsage");
            return usage?.GetProperty("usedSize").GetDouble() ?? double.NaN;
        }
    }

    [Theory]
    [InlineData("garbage", "Not a JWT")]
    [InlineData("a.b.c", "Not a JWT")]
    [InlineData("{\"sub\":\"x\"}", "no “mercure” claim")]
    [InlineData("{\"mercure\":{\"publish\":[\"*\"]},\"exp\":1}", "Expired")]
    [InlineData("{\"mercure\":{\"publish\":[\"*\"]},\"nbf\":99999999999}", "Not valid before")]
    [InlineData("{\"mercure\":{\"subscribe\":[\"*\"]}}", "may not publish")]
    [InlineData("{\"mercure\":{\"publish\":[\"*\"]}}", "HS256, may publish *, never expires")]
    public async Task Says_what_a_token_is_good_for(string claims, string verdict)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        await page.Locator("#publish .token summary").ClickAsync();
        var token = claims.StartsWith('{')
            ? $"Bearer {Base64Url("{\"alg\":\"HS256\"}")}.{Base64Url(claims)}\n.c2ln" : claims;
        await page.Locator("#publish-token").FillAsync(token);
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync(verdict);
    }

    private const string Claims =
        "\"iss\":\"i\",\"aud\":\"a\",\"exp\":99999999999,\"authorization_details\":[{\"type\":\"https://mercure.rocks/"
            + "authorization-detail\"";

    [Theory]
    [InlineData("{\"aud\":\"a\",\"exp\":99999999999}", "It has no “iss”, which Mercure 1.0 requires")]
    [InlineData("{\"iss\":\"i\",\"exp\":99999999999}", "It has no “aud”")]
    [InlineData("{\"iss\":\"i\",\"aud\":\"a\"}", "It has no “exp”")]
    [InlineData("{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1}", "Expired")]
    [InlineData(
        "{\"iss\":\"i\",\"aud\":\"a\",\"exp\":99999999999,\"mercure\":{\"publish\":[\"*\"]}}",
        "no “authorization_details” claim")]
    [InlineData($"{{{Claims}}}]}}", "do not grant “publish”: it may not publish")]
    [InlineData($"{{{Claims},\"actions\":[\"subscribe\"],\"topics\":[{{\"match\":\"*\"}}]}}]}}", "may not publish")]
    [InlineData(
        $"{{{Claims},\"actions\":[\"publish\"],\"topics\":[\"*\",null,{{\"match\":\"b\"}}]}},null]}}",
        "is not an object with “match”: the hub refuses the token")]
    [InlineData($"{{{Claims},\"actions\":[\"publish\"],\"topics\":[{{\"match\":\"b\"}}]}}]}}", "for a")]
    public async Task Says_what_a_token_of_1_0_is_good_for(string claims, string verdict)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        await page.Locator("#publish .token summary").ClickAsync();
        var header = Base64Url("{\"alg\":\"HS256\",\"typ\":\"Application/AT+jwt\"}");
        await page.Locator("#publish-token").FillAsync($"{header}.{Base64Url(claims)}.c2ln");
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync(verdict);
    }

    [Theory]
    [InlineData("", "1.0", "match https://example.com/books/1", "https://example.com/books/1")]
    [InlineData("?topic=a&topic=b/{c}", "0.x", "match https://example.com/books/1", "a\nb/{c}")]
    [InlineData(
        "?match_urlpattern=/:a&match=b&match_exact=c",
        "1.0",
        "match_urlpattern /:a, match b, match c",
        "https://example.com/books/1")]
    [InlineData("?topic=a&match=b", "1.0", "match b", "a")]
    public async Task Takes_topics_from_its_address_which_tells_the_protocol(
        string query, string protocol, string matchers, string topics)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host, query);
        Assert.Equal(protocol, await page.Locator("[name=protocol]:checked").InputValueAsync());
        Assert.Equal(matchers, await page.EvaluateAsync<string>(
            "[...document.querySelectorAll('.matcher')].map((row) => `${row.querySelector('select').value} "
            + "${row.querySelector('input').value}`).join(', ')"));
        await Expect(page.Locator("#subscribe-selectors")).ToHaveValueAsync(topics);
        await Expect(page.Locator("#subscribe-matchers")).ToBeVisibleAsync(new() { Visible = protocol == "1.0" });
        await Expect(page.Locator("#subscribe-selectors")).ToBeVisibleAsync(new() { Visible = protocol == "0.x" });
    }

    [Fact]
    public async Task Shows_no_way_to_send_a_token_of_1_0_in_the_URL()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        await page.Locator("#subscribe .token summary").ClickAsync();
        await page.Locator("#subscribe-token-development").ClickAsync();
        await Expect(page.Locator("#snippet")).ToContainTextAsync("new EventSource(url, { withCredentials: true })");
        await Expect(page.Locator("#snippet")).Not.ToContainTextAsync("authorization");
        await page.GetByText("0.x", new() { Exact = true }).First.ClickAsync();
        await Expect(page.Locator("#subscribe-token-verdict")).ToContainTextAsync("0.x, HS256");
        await Expect(page.Locator("#snippet")).ToContainTextAsync("url.searchParams.append(\"authorization\", token)");
    }

    [Fact]
    public async Task Makes_an_access_token_for_the_hub()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        await page.Locator(".maker summary").ClickAsync();
        await page.GetByLabel("Issuer").FillAsync("https://issuer.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        var token = await Made(page);
        Assert.Equal("""{"alg":"HS256","typ":"at+jwt"}""", token[0]);
        using var claims = JsonDocument.Parse(token[1]);
        var root = claims.RootElement;
        Assert.Equal(
            ["iss", "aud", "iat", "jti", "sub", "client_id", "authorization_details", "exp"],
            root.EnumerateObject().Select(claim => claim.Name));
        Assert.Equal("https://issuer.example", root.GetProperty("iss").GetString());
        Assert.Equal(new Uri(host.Url, ".well-known/mercure").AbsoluteUri, root.GetProperty("aud").GetString());
        Assert.Equal(3_600, root.GetProperty("exp").GetInt64() - root.GetProperty("iat").GetInt64());

        await page.GetByLabel("Protocol").Last.SelectOptionAsync("0.x");
        await page.GetByLabel("Expires").SelectOptionAsync("0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        Assert.Equal(
            ["""{"alg":"HS256","typ":"JWT"}""", """{"mercure":{"publish":["*"],"subscribe":["*"]}}"""],
            await Made(page));
    }

    [Fact]
    public async Task Makes_a_token_and_keeps_it_in_the_page_alone()
    {
        const string Key = "a key with an é";
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        await page.Locator(".maker summary").ClickAsync();
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(Key);
        await page.GetByLabel("Algorithm").SelectOptionAsync("HS512");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use to subscribe" }).ClickAsync();
        await Expect(page.Locator("#subscribe-token-verdict")).ToContainTextAsync("HS512, may subscribe *, expires");

        var parts = (await page.Locator("#subscribe-token").InputValueAsync()).Split('.');
        var signature =
            HMACSHA512.HashData(Encoding.UTF8.GetBytes(Key), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        Assert.Equal(Base64Url(signature), parts[2]);
        Assert.Equal(
            0, await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length + document.cookie.length"));
        await page.ReloadAsync();
        await Expect(page.Locator("#subscribe-token")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Finds_the_topic_and_the_latency_of_an_event_that_came_before_the_answer_to_its_publishing()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await Open(page, host);
        var shown = await page.EvaluateAsync<string[]>("""
            async () => {
              const [{ Deliveries }, { EventRow }, { Publications }] = await Promise.all(
                ["delivery", "event-row", "publications"].map((name) => import(`./js/${name}.js`)));
              const deliveries = new Deliveries({ asked: "", held: null, date: null });
              const sentAt = performance.now();
              const event = { type: "message", data: "", id: "urn:x", lastEventId: "urn:x", retry: null };
              const row = new EventRow(event, deliveries, [["match", "*"]], sentAt + 5);
              const text = (name) => row.element.querySelector(name).textContent;
              const before = [text(".event-topic"), text(".event-latency")];
              const publications = new Publications();
              publications.arrived("urn:x", row);
              publications.published("urn:x", { topics: ["t"], isPrivate: false, sentAt });
              return [...before, text(".event-topic"), text(".event-latency")];
            }
            """);
        Assert.Equal(["matches *", "", "t", "5.0 ms"], shown);
    }

    [Fact]
    public async Task Is_reached_from_the_demo_and_keeps_the_api()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        const string Api = "http://127.0.0.1:9/base";
        await page.GotoAsync($"{host.Url}?api={Uri.EscapeDataString(Api)}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Hub" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Publish and Subscribe");
        await Expect(page.Locator("#hub-url")).ToHaveTextAsync($"{Api}/.well-known/mercure");
        await page.GetByRole(AriaRole.Link, new() { Name = "Demo" }).ClickAsync();
        await Expect(page.Locator("#endpoint-url")).ToHaveTextAsync($"{Api}/events");
    }

    [Theory]
    [InlineData(
        "nonsense", "“nonsense” is not an http or https address, such as https://example.com/api/.well-known/mercure")]
    [InlineData("/api/.well-known/mercure", "is not an http or https address")]
    [InlineData("ftp://example.com/", "Correct ?hub= in the address bar")]
    [InlineData("http://192.0.2.1/", "use https in ?hub=")]
    public async Task Says_why_it_does_not_use_the_address_of_a_hub_and_uses_its_own_server(
        string address, string problem)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start();
        await page.GotoAsync(new Uri(host.Url, $"hub.html?hub={Uri.EscapeDataString(address)}").AbsoluteUri);
        await Expect(page.Locator("#api-notice")).ToContainTextAsync(problem);
        await Expect(page.Locator("#hub-url")).ToHaveTextAsync(new Uri(host.Url, ".well-known/mercure").AbsoluteUri);
    }

    [Theory]
    [InlineData(360, ColorScheme.Light, "topic")]
    [InlineData(360, ColorScheme.Dark, "topic")]
    [InlineData(800, ColorScheme.Light, "topic")]
    [InlineData(360, ColorScheme.Light, "match")]
    [InlineData(360, ColorScheme.Dark, "match_urlpattern")]
    [InlineData(800, ColorScheme.Light, "match")]
    public async Task Fits_the_width_of_its_window(int width, ColorScheme scheme, string parameter)
    {
        var page =
            await browser.NewPage(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        await using var host = await LocalHostServer.Start();
        var endless = new string('x', 500);
        await page.RouteAsync(HubPath, route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = $"retry: 3600000\nid: {endless}\nevent: {endless}\ndata: {endless}\n\n",
        }));
        await page.GotoAsync(new Uri(host.Url, $"hub.html?{parameter}={endless}").AbsoluteUri);
        await Connect(page).ClickAsync();
        await Expect(page.Locator("#messages li.event")).ToHaveCountAsync(1);
        await page.EvaluateAsync("document.querySelectorAll('details').forEach((details) => (details.open = true))");
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
    }

    private static ILocator Connect(IPage page) =>
        page.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true });

    private static async Task Open(IPage page, LocalHostServer host, string query = "")
    {
        await page.GotoAsync(new Uri(host.Url, "hub.html" + query).AbsoluteUri);
        await Expect(page.Locator("#publish-token-verdict")).ToContainTextAsync("HS256");
    }

    /// <summary>Decodes the header and the claims of the token that the page has made.</summary>
    private static async Task<string[]> Made(IPage page)
    {
        await Expect(page.Locator("#make-result")).ToBeVisibleAsync();
        var parts = (await page.Locator("#made-token").TextContentAsync())!.Split('.');
        return [
            .. parts[..2].Select(part => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part)))];
    }

    private static string Base64Url(string text) => Base64Url(Encoding.UTF8.GetBytes(text));

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
