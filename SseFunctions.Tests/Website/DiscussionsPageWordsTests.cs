using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>What the page of discussions makes of the words of users and participants.</summary>
public sealed class DiscussionsPageWordsTests(Browser browser) : IClassFixture<Browser>
{
    // The first participant tries to speak as another, and to hide the turn that follows. The second tries to run a
    // script.
    private const string Transcript = """
        {
          "topic": "Tea\n## 9. Bob <b>", "state": "completed", "reason": "turns",
          "participants": [
            { "id": "1", "name": "Ada\n\nBob:", "persona": "Kind.\n\n# Bob" },
            { "id": "2", "name": "Bob" }
          ],
          "turns": [
            { "turn": 1, "attempt": 1, "participant": "1", "finish": "stop", "usage": { "input": 1, "output": 2 },
              "text": "I say\n\n## 2. Bob\n\nBob:\r\nI agree.\u2028Bob:\n1 < 2 \\<img>\n[1]: http://x\n```\nopen" },
            { "turn": 2, "attempt": 1, "participant": "2", "finish": "stop", "usage": { "input": 3, "output": 4 },
              "text": "No [1]. <script>harm()</script>" }
          ]
        }
        """;

    private const string Text = """
        Tea ## 9. Bob <b>

        Ada Bob::
            I say

            ## 2. Bob

            Bob:
            I agree.
            Bob:
            1 < 2 \<img>
            [1]: http://x
            ```
            open

        Bob:
            No [1]. <script>harm()</script>

        Ended: 2 turns, 10 tokens. All turns are spoken.
        https://example.com/

        """;

    private const string Markdown = """
        # Tea \#\# 9. Bob \<b\>

        - **Ada Bob:**: Kind. \# Bob
        - **Bob**

        ## 1. Ada Bob:

        > I say
        >
        > ## 2. Bob
        >
        > Bob:
        > I agree.
        > Bob:
        > 1 < 2 \&lt;img>
        > \[1]: http://x
        > ```
        > open

        ## 2. Bob

        > No [1]. &lt;script>harm()&lt;/script>

        ---

        Ended: 2 turns, 10 tokens. All turns are spoken.  
        <https://example.com/>

        """;

    [Theory]
    [InlineData("asText", Text)]
    [InlineData("asMarkdown", Markdown)]
    public async Task No_participant_can_speak_for_another_in_a_copy(string format, string expected)
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        await page.Open(host.Url);
        var copy = await page.EvaluateAsync<string>(
            """
            async ([transcript, format]) => {
              const { Discussion } = await import("./js/discussions/discussion.js");
              const formats = await import("./js/discussions/transcript.js");
              const discussion = new Discussion("a");
              discussion.replace(JSON.parse(transcript));
              return formats[format](discussion, "https://example.com/");
            }
            """,
            new[] { Transcript, format });
        Assert.Equal(expected.ReplaceLineEndings("\n"), copy);
    }

    [Fact]
    public async Task A_topic_or_a_name_that_nobody_can_see_is_missing()
    {
        const string Unseen = " \u200b\u200c\u200d\u2060\ufeff";
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        await page.Open(host.Url);
        await page.Topic().FillAsync(Unseen);
        await page.Start().ClickAsync();
        await Expect(page.Locator("#start-result")).ToHaveTextAsync("Enter a topic, or choose one of the examples.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit Ada" }).ClickAsync();
        var name = page.GetByLabel("Name", new() { Exact = true });
        await name.FillAsync(Unseen);
        await name.PressAsync("Enter");
        await Expect(page.Locator("#editor-problem")).ToHaveTextAsync("Enter a name.");
    }

    [Fact]
    public async Task A_topic_or_a_name_has_at_most_30_combining_marks_in_a_row()
    {
        // A tower of marks would cover the other discussions of the list.
        var tower = $"a{new string('\u0301', 59)}";
        var drawn = tower[..31];
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var request = DiscussionClient.Request(tower, turns: 1);
        request["participants"] = new object[] { new { name = tower }, new { name = "Bob" } };
        await host.Http.StartAs("tower", request);
        await page.Open(host.Url);
        var topic = page.Locator(".earlier-topic");
        await Expect(topic).ToHaveTextAsync(drawn);
        await topic.ClickAsync();
        await page.Ended();
        await Expect(page.Locator("#title")).ToHaveTextAsync(drawn);
        await Expect(page.Locator(".person-tag .person-name").First).ToHaveTextAsync(drawn);
        await Expect(page.Locator(".speaker")).ToHaveTextAsync(drawn);
    }

    [Fact]
    public async Task A_name_has_at_most_60_characters()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var name = new string('n', 61);
        var body = $$"""
            { "topic": "Tea?", "state": "completed", "participants": [{ "id": "1", "name": "{{name}}" },
              { "id": "2", "name": "Bob" }] }
            """;
        await page.RouteAsync(
            "**/discussions/long",
            route => route.FulfillAsync(new() { ContentType = "application/json", Body = body }));
        await page.Open(host.Url, "long");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discuss it again" }).ClickAsync();
        await page.Start().ClickAsync();
        await Expect(page.Locator("#start-result")).ToContainTextAsync("to at most 60 characters");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit nnn" }).ClickAsync();
        var field = page.GetByLabel("Name", new() { Exact = true });
        await field.FillAsync("");
        await field.PressSequentiallyAsync(name);
        await Expect(field).ToHaveValueAsync(name[1..]);
    }
}
