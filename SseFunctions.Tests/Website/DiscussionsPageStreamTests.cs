using System.Collections.Concurrent;
using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>What the page of discussions makes of events that come twice, overlap or are missing, of words in any
/// pieces, and of its user's wishes.</summary>
public sealed class DiscussionsPageStreamTests(Browser browser) : IClassFixture<Browser>
{
    private const string Started = """{ "turn": 1, "attempt": 2, "participant": "1" }""";

    // The second delta does not follow the first.
    private const string WithHole = """
        event: turn.started
        id: #1-1-0
        data: {"turn":1,"attempt":1,"participant":"1"}

        event: turn.delta
        id: #1-2-0
        data: {"turn":1,"attempt":1,"at":0,"text":"Not"}

        event: turn.delta
        id: #1-3-0
        data: {"turn":1,"attempt":1,"at":50,"text":" so"}


        """;

    // Draws each text whole, and cut at random places with drawings in between. Returns what differs.
    private const string Cut = """
        async ([texts, rounds, longest]) => {
          const { MarkdownStream } = await import("./js/discussions/markdown.js");
          let state = 7;
          const random = (below) => (state = (state * 48271) % 2147483647) % below;
          const draw = (pieces) => {
            const parent = document.createElement("div");
            const stream = new MarkdownStream(parent);
            for (const piece of pieces) {
              stream.append(piece);
              if (random(2) === 0) stream.draw();
            }
            stream.finish();
            return parent.innerHTML;
          };
          const differences = [];
          for (const text of texts) {
            const whole = draw([text]);
            for (let round = 0; round < rounds; round++) {
              const pieces = [];
              for (let at = 0; at < text.length;) {
                const end = at + 1 + random(longest);
                pieces.push(text.slice(at, end));
                at = end;
              }
              const cut = draw(pieces);
              if (cut !== whole) differences.push(`${JSON.stringify(pieces)}\n${cut}\n${whole}`);
            }
          }
          return differences.slice(0, 3);
        }
        """;

    // Events after turn.started, what the last of them changes, and the words of the turn then.
    [Theory]
    [InlineData("turn", "abcd", "turn.delta 2 0 ab", "turn.delta 2 2 cd")]
    [InlineData("nothing", "abcd", "turn.delta 2 0 abcd", "turn.delta 2 2 cd")]
    [InlineData("turn", "abcdef", "turn.delta 2 0 abcd", "turn.delta 2 2 cdef")]
    [InlineData("nothing", "abcd", "turn.delta 2 0 abcd", "turn.delta 2 0 ab")]
    [InlineData("gap", "ab", "turn.delta 2 0 ab", "turn.delta 2 3 d")]
    [InlineData("nothing", "ab", "turn.delta 2 0 ab", "turn.delta 1 2 of the attempt before")]
    [InlineData("gap", "ab", "turn.delta 2 0 ab", "turn.delta 3 0 of an attempt to come")]
    [InlineData("turn", "", "turn.delta 2 0 ab", "turn.restarted 3")]
    [InlineData("turn", "new", "turn.delta 2 0 ab", "turn.restarted 3", "turn.delta 3 0 new")]
    [InlineData("nothing", "", "turn.delta 2 0 ab", "turn.restarted 3", "turn.delta 2 2 old")]
    [InlineData("turn", "whole", "turn.delta 2 0 who", "turn.completed 2 0 whole")]
    [InlineData("nothing", "whole", "turn.completed 2 0 whole", "turn.delta 2 0 who")]
    public async Task Words_that_come_again_change_nothing_and_a_missing_word_is_noticed(
        string change, string words, params string[] events)
    {
        var page = await Module();
        var result = await page.EvaluateAsync<string[]>(
            """
            async ([started, events]) => {
              const { Discussion } = await import("./js/discussions/discussion.js");
              const discussion = new Discussion("a");
              discussion.apply("turn.started", JSON.parse(started));
              let change = null;
              for (const event of events) {
                const [type, attempt, at = "0", ...text] = event.split(" ");
                change = discussion.apply(
                  type, { turn: 1, attempt: Number(attempt), at: Number(at), text: text.join(" "), finish: "stop" });
              }
              const name = change === "gap" ? "gap" : change === null ? "nothing" : "turn";
              return [name, discussion.turns.get(1).text];
            }
            """,
            new object[] { Started, events });
        Assert.Equal([change, words], result);
    }

    [Fact]
    public async Task Reads_the_whole_state_again_when_an_event_is_missing()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var id = await host.Http.Start(DiscussionClient.Request(turns: 2));
        await host.Http.Watch(id);
        var running = $$"""
            { "id": "{{id}}", "topic": "Tea?", "state": "running", "turns": [],
              "participants": [{ "id": "1", "name": "Ada" }, { "id": "2", "name": "Bob" }] }
            """;
        await page.RouteAsync(
            $"**/discussions/{id}",
            route => route.FulfillAsync(new() { ContentType = "application/json", Body = running }));
        var streams = new ConcurrentQueue<string?>();
        await page.RouteAsync($"**/discussions/{id}/events*", async route =>
        {
            streams.Enqueue(await route.Request.HeaderValueAsync("Last-Event-ID"));
            if (streams.Count > 1) await route.ContinueAsync();
            else await route.FulfillAsync(new() { ContentType = "text/event-stream", Body = WithHole });
        });
        await page.Open(host.Url, id);
        await page.Ended();
        await page.Shows((await host.Http.Transcript(id)).Letters());
        Assert.Equal([null, null], streams);
    }

    // More blocks, items or lines than a browser lays out at once. No word is lost, and numbers go on.
    [Fact]
    public async Task Shows_every_word_of_very_long_texts_whatever_pieces_they_come_in()
    {
        static string Lines(int count, string format) =>
            string.Concat(Enumerable.Range(1, count).Select(number => string.Format(format, number)));
        string[] texts =
        [
            Lines(1200, "{0}. item\n"), Lines(1200, "- item {0}\n"), Lines(1200, "# heading {0}\n"),
            Lines(1200, "paragraph {0}\n\n"), $"```\n{Lines(600, "line {0}\n")}```\nafter 1",
        ];
        var page = await Module();
        Assert.Empty(await page.EvaluateAsync<string[]>(Cut, new object[] { texts, 2, 400 }));
        var shown = await page.EvaluateAsync<string[]>(
            """
            async (texts) => {
              const { MarkdownStream } = await import("./js/discussions/markdown.js");
              return texts.map((text) => {
                const parent = document.createElement("div");
                const stream = new MarkdownStream(parent);
                stream.append(text);
                stream.finish();
                const lists = [...parent.querySelectorAll("ol")];
                return parent.textContent + lists.map(({ start }) => ` from${start}`).join("");
              });
            }
            """,
            texts);
        Assert.EndsWith(" from1 from501 from1001", shown[0], StringComparison.Ordinal);
        foreach (var (text, drawn) in texts.Zip(shown).Skip(1))
            Assert.Equal(Digits(text), Digits(drawn));

        static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
    }

    [Fact]
    public async Task Draws_at_most_30_combining_marks_in_a_row_whatever_pieces_they_come_in()
    {
        var text = $"a{new string('\u0301', 100)}b{new string('\u0301', 30)} c";
        var page = await Module();
        Assert.Empty(await page.EvaluateAsync<string[]>(Cut, new object[] { new[] { text }, 100, 40 }));
        var drawn = await page.EvaluateAsync<string>(
            """
            async (text) => {
              const { MarkdownStream } = await import("./js/discussions/markdown.js");
              const parent = document.createElement("div");
              const stream = new MarkdownStream(parent);
              stream.append(text);
              stream.finish();
              return parent.textContent;
            }
            """,
            text);
        Assert.Equal($"a{new string('\u0301', 30)}b{new string('\u0301', 30)} c", drawn);
    }

    // The words arrive cut at random places, and are drawn in between.
    [Fact]
    public async Task Shows_the_same_whatever_pieces_the_words_come_in()
    {
        string[] texts =
        [
            "One *two* **three** `four` ~~five~~.\n\nSix [seven](https://example.com/a_b) eight.",
            "# Heading\n\n- one\n- two\n  - three\n\n1. four\n2. five\n\n> six\n> seven",
            "```js\nconst a = 1;\n\n**b**\n```\nafter\n\n```\nopen",
            "\u00e9\ud83c\udf75\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 **\ud83c\udf75*\ud83c\udf75*",
            "a\r\nb\r\n\r\nc  \nd\\\ne",
            "<b>&amp;</b> <script>x</script> &#60; [x](javascript:alert(1)) ![y](http://e.com/y.png)",
            "*a **b* c** _d __e_ f__ `g ``h` i`` ***j***",
            "| a | b |\n| - | - |\n| 1 | **2** |\n\n---\n\n***",
        ];
        var page = await Module();
        var differences = await page.EvaluateAsync<string[]>(Cut, new object[] { texts, 100, 7 });
        Assert.Empty(differences);
    }

    [Theory]
    [InlineData("#share", false)]
    [InlineData("#copy-text", true)]
    [InlineData("#copy-markdown", true)]
    public async Task Buttons_copy_to_the_clipboard_and_say_so(string button, bool isTranscript)
    {
        var page = await browser.NewPage(new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        var id = await host.Http.Start(DiscussionClient.Request("Tea or coffee?", turns: 1));
        await page.Open(host.Url, id);
        await page.Ended();
        // The button shows "Copied" for 1.6 s. The clock of the page is paused, so that the text stays.
        await page.Clock.InstallAsync();
        await page.Clock.PauseAtAsync(DateTime.UtcNow.AddMinutes(1));
        await page.Locator(button).ClickAsync();
        await Expect(page.Locator(button)).ToHaveTextAsync("Copied");
        var copied = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Contains(page.Url, copied, StringComparison.Ordinal);
        if (!isTranscript)
        {
            Assert.Equal(page.Url, copied);
            return;
        }
        var words = (await host.Http.Transcript(id)).Turns[0].Text.Split(' ')[0];
        Assert.Contains("Tea or coffee?", copied, StringComparison.Ordinal);
        Assert.Contains(words, copied, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReducedMotion.Reduce, false)]
    [InlineData(ReducedMotion.NoPreference, true)]
    public async Task Moves_only_for_those_who_want_motion(ReducedMotion wish, bool moves)
    {
        var page = await browser.NewPage(new() { ReducedMotion = wish });
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(
            _ => Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken), "First", " never said"));
        await using var host = await LocalHostServer.Start(null, ModelDiscussion.SettingsFor(model));
        await page.Open(host.Url, await host.Http.Start(DiscussionClient.Request(turns: 1)));
        await Expect(page.Turns()).ToHaveCountAsync(1);
        // Transitions of hovering and the like are not meant.
        const string Animations = "document.getAnimations().filter((it) => it instanceof CSSAnimation).length";
        if (moves) await page.WaitForFunctionAsync($"{Animations} > 0");
        else Assert.Equal(0, await page.EvaluateAsync<int>(Animations));
    }

    [Fact]
    public async Task Leaving_the_page_pauses_the_discussion_and_coming_back_resumes_it()
    {
        var page = await browser.NewPage();
        var hasLeft = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(
            index => index == 1 ? hasLeft.Task : Task.CompletedTask, "The first words", " and the last."));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        var id = await host.Http.Start(DiscussionClient.Request(turns: 3));
        await page.Open(host.Url, id);
        await page.Speaks(1);
        await page.GotoAsync("about:blank");
        await host.Logs.First("ended: client_gone");
        hasLeft.SetResult();
        var limit = Task.Delay(Limits.Soon, TestContext.Current.CancellationToken);
        while ((await host.Http.Transcript(id)).State != "paused")
        {
            Assert.False(limit.IsCompleted);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
        Assert.NotEqual(3, (await host.Http.Transcript(id)).Turns.Count);
        await page.Open(host.Url, id);
        await page.Ended();
        await page.Shows((await host.Http.Transcript(id)).Letters());
        Assert.Equal(3, (await host.Http.Transcript(id)).Turns.Count);
    }

    // A page on which modules can be imported.
    private async Task<IPage> Module()
    {
        var page = await browser.NewPage();
        await using var host = await LocalHostServer.Start(null, DiscussionsPage.Fast);
        await page.Open(host.Url);
        // Load the modules while the server runs.
        await page.EvaluateAsync(
            """Promise.all([import("./js/discussions/discussion.js"), import("./js/discussions/markdown.js")])""");
        return page;
    }
}
