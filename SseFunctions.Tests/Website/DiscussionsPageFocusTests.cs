using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>Where the keyboard focus goes when what had it disappears from the page of discussions.</summary>
public sealed class DiscussionsPageFocusTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Stays_on_Start_while_the_discussion_starts_and_if_it_is_refused()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync("**/discussions/*", async route =>
        {
            if (route.Request.Method != "PUT")
            {
                await route.FallbackAsync();
                return;
            }
            await gate.Task;
            await route.FulfillAsync(new() { Status = 400 });
        });
        await page.Open(host.Url);
        await page.Topic().FillAsync("Tea or coffee?");
        await page.Start().PressAsync("Enter");
        var start = page.Locator("#start");
        await Expect(start).ToHaveTextAsync("Starting …");
        await Expect(start).ToBeDisabledAsync();
        await Expect(start).ToBeFocusedAsync();
        gate.SetResult();
        await Expect(page.Locator("#start-result")).ToContainTextAsync("Bad Request");
        await Expect(start).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Goes_from_Stop_to_the_end_of_the_discussion()
    {
        var page = await browser.NewPage();
        // A turn that does not end by itself.
        await using var model = await FakeModelServer.Start(ModelAnswers.Silence("The first words"));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        await page.Open(host.Url);
        await page.Begin("Tea or coffee?", 9);
        await page.Speaks(1);
        await page.Stop().PressAsync("Enter");
        await page.Ended("The discussion was stopped");
        await Expect(page.Locator("#end-title")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Discuss it again" })).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Goes_from_the_token_back_to_what_wanted_it()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        await page.RouteAsync("**/discussions/*", route => route.Request.Method == "PUT"
            ? route.FulfillAsync(new() { Status = route.Request.Headers.ContainsKey("authorization") ? 429 : 401 })
            : route.FallbackAsync());
        await page.Open(host.Url);
        await page.Topic().FillAsync("Tea or coffee?");
        await page.Start().PressAsync("Enter");
        await Enter(page);
        await Expect(page.Locator("#start-result")).ToContainTextAsync("Too Many Requests");
        await Expect(page.Start()).ToBeFocusedAsync();

        await page.RouteAsync("**/discussions/secret", route => route.FulfillAsync(
            new() { Status = route.Request.Headers.ContainsKey("authorization") ? 404 : 401 }));
        await page.Open(host.Url, "secret");
        await Enter(page);
        var title = page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(title).ToHaveTextAsync("No such discussion");
        await Expect(title).ToBeFocusedAsync();
    }

    private static async Task Enter(IPage page)
    {
        var token = page.GetByLabel("Token", new() { Exact = true });
        await Expect(token).ToBeFocusedAsync();
        await token.FillAsync("a.b.c");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this token" }).PressAsync("Enter");
        await Expect(token).ToBeHiddenAsync();
    }
}
