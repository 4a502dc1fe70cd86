using System.Collections.Concurrent;
using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>The page of discussions with a server that does not answer as it should, or is not the page's own.
/// </summary>
public sealed class DiscussionsPageTroubleTests(Browser browser) : IClassFixture<Browser>
{
    private const int NoAnswer = 0;
    private static readonly Dictionary<string, string> Open = new() { ["Access-Control-Allow-Origin"] = "*" };

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    [InlineData(NoAnswer)]
    public async Task Shows_a_discussion_as_soon_as_the_server_recovers(int status)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(
            null, [.. DiscussionsPage.Fast, "Streaming:Retry=00:00:00.1"]);
        var id = await host.Http.Start(DiscussionClient.Request(turns: 2));
        var refused = new ConcurrentQueue<string>();
        await page.RouteAsync($"**/discussions/{id}/**", Refuse);
        await page.RouteAsync($"**/discussions/{id}", Refuse);
        await page.Open(host.Url, id);
        await page.Ended();
        Assert.Equal([$"/discussions/{id}", $"/discussions/{id}/events"], refused);
        Assert.Equal((await host.Http.Transcript(id)).Letters(), await page.Letters());

        // Refuses the first request for the transcript, and the first for the stream.
        Task Refuse(IRoute route)
        {
            var path = new Uri(route.Request.Url).AbsolutePath;
            if (refused.Contains(path)) return route.ContinueAsync();
            refused.Enqueue(path);
            return status == NoAnswer ? route.AbortAsync() : route.FulfillAsync(new() { Status = status });
        }
    }

    [Fact]
    public async Task Starts_one_discussion_if_the_answer_to_the_start_is_lost()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var ids = new ConcurrentQueue<string>();
        await OnStart(page, async route =>
        {
            ids.Enqueue(IdOf(route));
            if (ids.Count > 1) await route.ContinueAsync();
            else
            {
                await route.FetchAsync();
                await route.AbortAsync();
            }
        });
        await page.Open(host.Url);
        var id = await page.Begin("Tea or coffee?", 2);
        await page.Ended();
        Assert.Equal([id, id], ids);
        await page.Open(host.Url);
        await Expect(page.Locator("#earlier .earlier-topic")).ToHaveTextAsync(["Tea or coffee?"]);
    }

    [Fact]
    public async Task Keeps_the_id_of_a_start_until_the_form_is_changed_or_the_start_succeeds()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(
            null, [.. DiscussionsPage.Fast, "Discussions:MaxConcurrentPerClient=0"]);
        var ids = new ConcurrentQueue<string>();
        await OnStart(page, route =>
        {
            ids.Enqueue(IdOf(route));
            var title = $"{{\"title\":\"Refusal {ids.Count}.\"}}";
            return ids.Count > 3
                ? route.ContinueAsync()
                : route.FulfillAsync(new() { Status = 429, ContentType = "application/problem+json", Body = title });
        });
        await page.Open(host.Url);
        for (var refusal = 1; refusal <= 3; refusal++)
        {
            await page.Topic().FillAsync(refusal < 3 ? "Tea?" : "Coffee?");
            await page.Start().ClickAsync();
            await Expect(page.Locator("#start-result")).ToContainTextAsync($"Refusal {refusal}.");
        }
        await page.Begin("Coffee?", 12);
        await page.Open(host.Url);
        await page.Topic().FillAsync("Coffee?");
        await page.Start().ClickAsync();
        await Expect(page.Locator("#state")).ToBeVisibleAsync();
        Assert.Matches("^[A-Za-z0-9_-]{16}$", ids.First());
        Assert.Equal([0, 0, 2, 2, 4], ids.Select(id => ids.ToList().IndexOf(id)));
    }

    [Fact]
    public async Task Says_which_server_gets_the_token_if_it_is_not_the_own_one()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        await page.RouteAsync("https://api.example/**", route => route.FulfillAsync(
            new() { Status = route.Request.Method == "OPTIONS" ? 204 : 401, Headers = Open }));
        var hub = Uri.EscapeDataString(new Uri(host.Url, ".well-known/mercure").AbsoluteUri);
        await page.GotoAsync($"{host.Url}discussions.html?id=a&api=https://api.example/x&hub={hub}");
        var form = page.GetByRole(AriaRole.Form, new() { Name = "A token is needed" });
        await Expect(form).ToContainTextAsync("The token is sent to https://api.example.");
        await Expect(page.GetByText("This page uses the server https://api.example.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Use the development token" })).ToBeHiddenAsync();

        await page.Open(host.Url);
        await Expect(page.Locator("#earlier-empty")).ToContainTextAsync("No discussions yet");
        await Expect(page.Locator("#server")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_page_of_the_list_with_private_discussions_only_does_not_look_like_an_empty_list()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        await page.RouteAsync("**/discussions", route => route.FulfillAsync(
            new() { ContentType = "application/json", Body = "{\"discussions\":[],\"next\":\"1\"}" }));
        await page.Open(host.Url);
        var more = page.GetByRole(AriaRole.Button, new() { Name = "Show more" });
        await Expect(more).ToBeVisibleAsync();
        await Expect(page.Locator("#earlier-empty")).ToHaveTextAsync("The newest discussions are not public.");
        await more.PressAsync("Enter");
        await Expect(more).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Refresh" })).ToBeFocusedAsync();
    }

    private static async Task OnStart(IPage page, Func<IRoute, Task> answer) => await page.RouteAsync(
        "**/discussions/*", route => route.Request.Method == "PUT" ? answer(route) : route.FallbackAsync());

    private static string IdOf(IRoute route) => new Uri(route.Request.Url).Segments[^1];
}
