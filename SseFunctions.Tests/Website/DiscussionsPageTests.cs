using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>The page of discussions in a real browser, with the discussions of LocalHost.</summary>
public sealed partial class DiscussionsPageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Starts_a_discussion_and_shows_every_word_of_it()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var problems = Problems(page);
        await page.Open(host.Url);
        await Expect(page.Locator("#earlier-empty")).ToContainTextAsync("No discussions yet");
        var id = await page.Begin("Is a hot dog a sandwich?", 4);
        await page.Ended();

        var transcript = await host.Http.Transcript(id);
        Assert.Equal(4, transcript.Turns.Count);
        await page.Shows(transcript.Letters());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Is a hot dog a sandwich?");
        await Expect(page.Locator(".speaker")).ToHaveTextAsync(["Ada", "Viktor", "Thea", "Ada"]);
        await Expect(page.Locator("#numbers")).ToContainTextAsync($"Turn 4 of 4 · {transcript.Usage!.Total} tokens");
        await Expect(page.Locator("#end-text")).ToContainTextAsync("All turns are spoken.");

        await page.GetByRole(AriaRole.Link, new() { Name = "All discussions" }).ClickAsync();
        await Expect(page.Locator("#earlier .earlier-topic")).ToHaveTextAsync("Is a hot dog a sandwich?");
        await page.GoBackAsync();
        await page.Ended();
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_second_tab_and_a_reload_show_the_same()
    {
        var page = await browser.NewPage();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(
            index => index == 1 ? gate.Task : Task.CompletedTask, "The **first** words", " and\n\n- the last.\n"));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        await page.Open(host.Url);
        var id = await page.Begin("Tea or coffee?", 5);
        var second = await page.Context.NewPageAsync();
        await second.Open(host.Url, id);
        foreach (var tab in new[] { page, second })
        {
            await tab.Speaks(1);
            await Expect(tab.State()).ToHaveTextAsync("Live");
        }
        await page.ReloadAsync();
        await page.Speaks(1);
        gate.SetResult();
        await page.Ended();
        await second.Ended();

        var expected = (await host.Http.Transcript(id)).Letters();
        await page.Shows(expected);
        await second.Shows(expected);
        var late = await page.Context.NewPageAsync();
        await late.Open(host.Url, id);
        await Expect(late.Turns()).ToHaveCountAsync(5);
        await late.Shows(expected);
        Assert.Equal(await Html(second), await Html(late));
    }

    [Fact]
    public async Task Stop_ends_the_discussion_for_everyone()
    {
        var page = await browser.NewPage();
        // A turn that does not end by itself.
        await using var model = await FakeModelServer.Start(ModelAnswers.Silence("The first words"));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        await page.Open(host.Url);
        var id = await page.Begin("Tea or coffee?", 9);
        var second = await page.Context.NewPageAsync();
        await second.Open(host.Url, id);
        await second.Speaks(1);
        await page.Stop().ClickAsync();
        foreach (var tab in new[] { page, second })
        {
            await tab.Ended("The discussion was stopped");
            await Expect(tab.State()).ToHaveAttributeAsync("data-state", "cancelled");
            await Expect(tab.Turns().First).ToContainTextAsync("somebody pressed Stop");
            await Expect(tab.Stop()).ToBeHiddenAsync();
        }
        var transcript = await host.Http.Transcript(id);
        Assert.Equal("cancelled", transcript.State);
        await page.Shows(transcript.Letters());
        await second.Shows(transcript.Letters());

        await page.GetByRole(AriaRole.Button, new() { Name = "Discuss it again" }).ClickAsync();
        await Expect(page.Topic()).ToHaveValueAsync("Tea or coffee?");
        await Expect(page.MostTurns()).ToHaveValueAsync("9");
    }

    [Fact]
    public async Task Nothing_that_people_or_models_write_becomes_an_element()
    {
        const string Image = "<img src=x onerror='window.harmed=true'>";
        const string Said = $"{Image}<script>window.harmed=true</script> [link](javascript:harm()) "
            + "[data](data:text/html,harm) ![image](https://example.com/a.png) <iframe src=/></iframe>\n\n"
            + "```html\n<b onclick=harm()>bold</b>\n```\n\n<svg onload=harm()> [good](https://example.com/good)";
        var page = await browser.NewPage();
        await using var model = await FakeModelServer.Start(
            ModelAnswers.Words([.. Said.Chunk(3).Select(piece => new string(piece))]));
        await using var host = await LocalHostServer.Start(null, ModelDiscussion.SettingsFor(model));
        var request = DiscussionClient.Request($"Topic {Image}", turns: 2);
        request["participants"] =
            new object[] { new { name = $"A{Image}" }, new { name = "<b>B</b>", persona = Image } };
        var id = await host.Http.Start(request);
        foreach (var address in new[] { id, id, "" })
        {
            await page.Open(host.Url, address);
            if (address.Length > 0) await page.Ended();
            else await Expect(page.Locator(".earlier-row")).ToHaveCountAsync(1);
            await Expect(page.Locator("main :is(img, script, iframe, svg, b, [onerror])")).ToHaveCountAsync(0);
            Assert.False(await page.EvaluateAsync<bool>("'harmed' in window"));
            await Expect(page.GetByText($"Topic {Image}").First).ToBeVisibleAsync();
            if (address.Length == 0) continue;
            await Expect(page.Turns().First).ToContainTextAsync(Image);
            // An image becomes a link: the page loads nothing from elsewhere.
            var links = await page.Locator("#log a")
                .EvaluateAllAsync<string[]>("links => links.map(link => link.href)");
            Assert.Equal(["https://example.com/a.png", "https://example.com/good"], links.Distinct());
        }
    }

    [Fact]
    public async Task Goes_on_after_the_stream_broke_and_doubles_nothing()
    {
        const int Pieces = 8;
        var page = await browser.NewPage();
        var gates = Enumerable.Range(0, Pieces)
            .Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(
            index => gates[index].Task, [.. Enumerable.Range(0, Pieces).Select(index => $"piece{index} ")]));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient, "Streaming:Retry=00:00:00.1"]);
        await using var network = new SilentProxy(host.Url);
        var id = await host.Http.Start(DiscussionClient.Request(turns: 1));
        await page.Open(network.Url, id);
        await Expect(page.State()).ToHaveAttributeAsync("data-state", "live");
        var words = page.Locator(".turn .words");
        for (var index = 0; index < Pieces; index++)
        {
            // Some words arrive over a new connection, some while there is none.
            if (index % 2 == 1)
            {
                network.TakeDown();
                await Expect(page.State()).ToHaveAttributeAsync("data-state", "reconnecting");
            }
            gates[index].SetResult();
            network.Restore();
            var said = string.Join(' ', Enumerable.Range(0, index + 1).Select(number => $"piece{number}"));
            await Expect(words).ToHaveTextAsync(said);
        }
        await page.Ended();
        await page.Shows((await host.Http.Transcript(id)).Letters());
    }

    [Fact]
    public async Task Can_be_used_with_the_keyboard_and_a_screen_reader()
    {
        var page = await browser.NewPage();
        // A turn that does not end by itself.
        await using var model = await FakeModelServer.Start(ModelAnswers.Silence("The first words"));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        await page.Open(host.Url);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Thea" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Edit Viktor" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Edit Viktor" })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Victoria");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Edit Victoria" })).ToBeFocusedAsync();
        await AssertNamed(page);

        await page.Topic().FocusAsync();
        await page.Keyboard.TypeAsync("Tea or coffee?");
        await page.Keyboard.PressAsync("Enter");
        await page.Speaks(1);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
        var log = page.GetByRole(AriaRole.Log, new() { Name = "Conversation" });
        var turn = log.GetByRole(AriaRole.Article, new() { Name = "Ada Turn 1" });
        await Expect(turn).ToHaveAttributeAsync("aria-busy", "true");
        await AssertNamed(page);

        await page.Stop().PressAsync("Enter");
        await page.Ended("The discussion was stopped");
        await Expect(turn).ToHaveAttributeAsync("aria-busy", "false");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("Ada, turn 1: ");
        await AssertNamed(page);
    }

    [Fact]
    public async Task Fits_a_phone()
    {
        var wide = new string('w', 200);
        var page = await browser.NewPage(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await using var model = await FakeModelServer.Start(
            ModelAnswers.Words($"{wide}\n\n```\n{wide}\n```\n\n- {wide}\n\n> {wide}\n\n## {wide}"));
        await using var host = await LocalHostServer.Start(null, ModelDiscussion.SettingsFor(model));
        await page.Open(host.Url);
        await page.GetByText("Options").ClickAsync();
        await AssertNoSidewaysScroll(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit Ada" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(wide[..60]);
        await AssertNoSidewaysScroll(page);
        await page.Keyboard.PressAsync("Enter");
        await page.Begin(wide, 3);
        await page.Ended();
        await AssertNoSidewaysScroll(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "All discussions" }).ClickAsync();
        await Expect(page.Locator(".earlier-row")).ToHaveCountAsync(1);
        await AssertNoSidewaysScroll(page);
    }

    [Fact]
    public async Task Says_why_a_discussion_cannot_start_and_keeps_what_was_entered()
    {
        var page = await browser.NewPage();
        // A turn that does not end by itself.
        await using var model = await FakeModelServer.Start(ModelAnswers.Silence("The first words"));
        await using var host = await LocalHostServer.Start(
            null,
            [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient, "Discussions:MaxConcurrentPerClient=1"]);
        await page.Open(host.Url);
        await page.Start().ClickAsync();
        await Expect(page.Locator("#start-result")).ToHaveTextAsync("Enter a topic, or choose one of the examples.");

        var id = await host.Http.Start(DiscussionClient.Request(turns: 20));
        using var viewer = await host.Http.Open(id);
        await page.Topic().FillAsync("Another one");
        await page.Start().ClickAsync();
        await Expect(page.Locator("#start-result")).ToContainTextAsync("You have reached the limit of discussions");
        await Expect(page.Topic()).ToHaveValueAsync("Another one");

        await page.Open(host.Url, id);
        await page.Speaks(1);
        await page.Open(host.Url, "unknown");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("No such discussion");
        await Expect(page.Locator("#conversation").GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_discussion_that_has_ended_is_opened_at_its_beginning()
    {
        var page = await browser.NewPage(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        var paragraphs = string.Join("\n\n", Enumerable.Repeat("A paragraph of some words.", 40));
        await using var model = await FakeModelServer.Start(ModelAnswers.Words(paragraphs));
        await using var host = await LocalHostServer.Start(null, ModelDiscussion.SettingsFor(model));
        await page.Open(host.Url);
        var id = await page.Begin("Tea or coffee?", 3);
        await page.Ended();
        Assert.NotEqual(0, await page.EvaluateAsync<int>("scrollY"));
        await page.Open(host.Url, id);
        await page.Ended();
        await Expect(page.Locator(".words p")).ToHaveCountAsync(120);
        Assert.Equal(0, await page.EvaluateAsync<int>("scrollY"));
    }

    [Fact]
    public async Task A_failed_model_ends_the_discussion_with_a_reason_and_leaves_no_turn()
    {
        var page = await browser.NewPage();
        await using var model = await FakeModelServer.Start(
            ModelAnswers.Words("Well said."), ModelAnswers.Error(401, "invalid_api_key", "inner secret"));
        await using var host = await LocalHostServer.Start(null, ModelDiscussion.SettingsFor(model));
        await page.Open(host.Url);
        await page.Begin("Tea or coffee?", 4);
        await page.Ended("The discussion failed");
        await Expect(page.Locator("#end-text")).ToContainTextAsync("refused the app’s key");
        await Expect(page.Turns()).ToHaveCountAsync(1);
        await page.ReloadAsync();
        await page.Ended("The discussion failed");
        await Expect(page.Turns()).ToHaveCountAsync(1);
        Assert.DoesNotContain("inner secret", await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_discussion_is_for_people_with_a_token()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(
            null,
            [
                .. DiscussionsPage.Fast,
                "Hub:Issuers:0:Issuer=https://development-issuer.localhost",
                "Hub:Issuers:0:Key=local-development-key-change-me-in-azure",
            ]);
        await page.Open(host.Url);
        await page.GetByText("Options").ClickAsync();
        await page.GetByLabel("Private").CheckAsync();
        await page.Topic().FillAsync("Our secret");
        await page.MostTurns().FillAsync("2");
        await page.Start().ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the development token" }).ClickAsync();
        await page.Ended();

        var stranger = await page.Context.NewPageAsync();
        await stranger.GotoAsync(page.Url);
        await Expect(stranger.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Not open to everyone");
        await Expect(stranger.Turns()).ToHaveCountAsync(0);
        await stranger.GetByRole(AriaRole.Button, new() { Name = "Use the development token" }).ClickAsync();
        await stranger.Ended();
        await stranger.Shows(await page.Letters());
    }

    private static async Task AssertNamed(IPage page) =>
        Assert.DoesNotMatch(WithoutName(), await page.Locator("body").AriaSnapshotAsync());

    private static async Task AssertNoSidewaysScroll(IPage page) => Assert.Equal(
        360, await page.EvaluateAsync<int>("Math.max(360, document.documentElement.scrollWidth)"));

    private static Task<string> Html(IPage page) => page.Locator("#log").InnerHTMLAsync();

    private static ConcurrentQueue<string> Problems(IPage page)
    {
        var problems = new ConcurrentQueue<string>();
        page.PageError += (_, error) => problems.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") problems.Enqueue(message.Text);
        };
        return problems;
    }

    [GeneratedRegex(@"- (button|link|textbox|article|spinbutton|checkbox)( \[[^\]]*\])*:?\r?$", RegexOptions.Multiline)]
    private static partial Regex WithoutName();
}
