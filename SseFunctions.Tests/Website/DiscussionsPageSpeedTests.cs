using Microsoft.Playwright;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>How fast the page of discussions shows words.</summary>
[Collection(nameof(Alone))]
public sealed class DiscussionsPageSpeedTests(Browser browser, ITestOutputHelper output)
    : IClassFixture<Browser>, IAsyncDisposable
{
    // Another program of the machine may disturb a run. A slow page is slow in every run.
    private const int Runs = 3;

    private LocalHostServer? _host;
    private IPage? _blank;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_first_word_is_painted_within_300_ms()
    {
        const double Longest = 300;
        var late = new List<double>();
        while (late.Count < Runs && late.LastOrDefault(double.MaxValue) >= Longest) late.Add(await FirstWord());
        output.WriteLine($"The first word was painted after {string.Join(", ", late)} ms.");
        Assert.True(late[^1] < Longest, $"The first word was painted after {string.Join(", ", late)} ms.");
    }

    [Fact]
    public async Task No_task_takes_50_ms_while_the_words_of_a_long_discussion_arrive()
    {
        const double Longest = 50;
        var longest = new List<double>();
        while (longest.Count < Runs && longest.LastOrDefault(double.MaxValue) >= Longest)
            longest.Add(await LongestTask());
        output.WriteLine($"The longest task took {string.Join(", ", longest)} ms.");
        Assert.True(longest[^1] < Longest, $"The longest task took {string.Join(", ", longest)} ms.");
    }

    // Each text is as long as a turn can be. The words come in small pieces, and are drawn as the page draws them: what
    // the page does at once must not depend on how long the turn is already.
    [Theory]
    [InlineData("one paragraph", "word ", "")]
    [InlineData("one word", "w", "")]
    [InlineData("stars", "**", "")]
    [InlineData("stars at words", "*a **b ", "")]
    [InlineData("underscores", "_a __b ", "")]
    [InlineData("open links", "[", "")]
    [InlineData("links", "[a](b ", "")]
    [InlineData("links to the web", "https://example.com/?a=", "")]
    [InlineData("code", "`", "")]
    [InlineData("code of all lengths", "`a ``b ```c ", "")]
    [InlineData("open fence", "if (a) b();\n", "```js\n")]
    [InlineData("fence without lines", "if (a) b(); ", "```js\n")]
    [InlineData("quotes in quotes", "> ", "")]
    [InlineData("quotes", "> a\n", "")]
    [InlineData("list", "- a\n", "")]
    [InlineData("lists in lists", "- ", "")]
    [InlineData("numbers", "1. a\n", "")]
    [InlineData("empty lines", "\n", "")]
    [InlineData("headings", "# a\n", "")]
    [InlineData("backslashes", "\\", "")]
    [InlineData("tags", "<b><img src=x onerror=a>", "")]
    [InlineData("entities", "&amp;&#0;", "")]
    [InlineData("table", "|a|b|\n", "|a|b|\n|-|-|\n")]
    [InlineData("spaces", "    ", "")]
    [InlineData("ends of lines", "\r", "")]
    [InlineData("horizontal rules", "---\n", "")]
    [InlineData("short paragraphs", "a\n\n", "")]
    [InlineData("marks over a letter", "\u0301", "a")]
    [InlineData("marks over letters", "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "")]
    public async Task No_text_of_a_participant_keeps_the_page_busy_for_50_ms(string kind, string part, string start)
    {
        const double Longest = 50;
        var longest = new List<double>();
        while (longest.Count < Runs && longest.LastOrDefault(double.MaxValue) >= Longest)
            longest.Add(await LongestDrawing(start, part));
        output.WriteLine($"{kind}: {string.Join(", ", longest.Select(time => $"{time:F1}"))} ms");
        Assert.True(longest[^1] < Longest, $"A drawing took {string.Join(", ", longest)} ms.");
    }

    // The most ms that it took to append 512 units, the longest event, and to draw them, layout included.
    private async Task<double> LongestDrawing(string start, string part)
    {
        const int Length = 65_536;
        _blank ??= await OpenBlank();
        return await _blank.EvaluateAsync<double>(
            """
            async ([text]) => {
              const { MarkdownStream } = await import("./js/discussions/markdown.js");
              const log = document.querySelector("#log");
              const words = document.createElement("div");
              words.className = "words";
              log.replaceChildren(words);
              const stream = new MarkdownStream(words);
              let longest = 0;
              for (let at = 0; at < text.length; at += 512) {
                const begun = performance.now();
                stream.append(text.slice(at, at + 512));
                stream.draw();
                words.getBoundingClientRect();
                longest = Math.max(longest, performance.now() - begun);
              }
              const begun = performance.now();
              stream.finish();
              words.getBoundingClientRect();
              return Math.max(longest, performance.now() - begun);
            }
            """,
            new object[] { start + string.Concat(Enumerable.Repeat(part, Length / part.Length)) });
    }

    private async Task<IPage> OpenBlank()
    {
        var page = await browser.NewPage();
        _host = await LocalHostServer.Start();
        await page.Open(_host.Url);
        await page.EvaluateAsync("document.body.dataset.view = 'conversation'");
        return page;
    }

    private async Task<double> FirstWord()
    {
        var page = await browser.NewPage(new() { ReducedMotion = ReducedMotion.NoPreference });
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(_ => gate.Task, "First", " and last."));
        await using var host = await LocalHostServer.Start(null, ModelDiscussion.SettingsFor(model));
        var id = await host.Http.Start(DiscussionClient.Request(turns: 1));
        await page.Open(host.Url, id);
        await Expect(page.Turns()).ToHaveCountAsync(1);
        await model.Next();
        await page.EvaluateAsync("""
            () => {
              window.painted = new Promise((resolve) => {
                const observer = new MutationObserver(() => {
                  if (document.querySelector(".words").textContent === "") return;
                  observer.disconnect();
                  // After the frame in which the word is drawn.
                  requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
                });
                const log = document.querySelector("#log");
                observer.observe(log, { childList: true, characterData: true, subtree: true });
              });
            }
            """);
        var said = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        gate.SetResult();
        return await page.EvaluateAsync<double>("window.painted") - said;
    }

    // The most ms of CPU that one task of the page took, while 20,000 words arrived.
    private async Task<double> LongestTask()
    {
        const int Turns = 20;
        const int WordsPerTurn = 1000;
        var page = await browser.NewPage(new() { ReducedMotion = ReducedMotion.NoPreference });
        await using var model = await FakeModelServer.Start(LongAnswer(WordsPerTurn));
        await using var host = await LocalHostServer.Start(
            null,
            [
                .. ModelDiscussion.SettingsFor(model),
                "Discussions:TokensPerTurn=16000",
                "Discussions:MaxTokens=1000000",
                "Discussions:WindowTurns=1",
            ]);
        var id = await host.Http.Start(DiscussionClient.Request(turns: Turns));
        await page.Open(host.Url);
        var trace = await Trace.Start(page);
        await page.Open(host.Url, id);
        // An assertion of Playwright would read the whole page again and again.
        await page.EvaluateAsync("""
            new Promise((resolve) => {
              const end = document.querySelector("#end");
              const look = () => end.hidden || resolve();
              new MutationObserver(look).observe(end, { attributes: true });
              look();
            })
            """);
        var longest = await trace.LongestTask();
        await page.Shows((await host.Http.Transcript(id)).Letters());
        return longest;
    }

    private static Func<ModelCall, Task> LongAnswer(int words) => async call =>
    {
        const int WordsPerPiece = 10;
        const int PiecesPerParagraph = 8;
        var pause = TimeSpan.FromMilliseconds(2);
        for (var piece = 0; piece < words / WordsPerPiece; piece++)
        {
            await Task.Delay(pause, call.Token);
            var start = piece % PiecesPerParagraph == 0 ? (piece % 3 == 0 ? "\n\n- " : "\n\n") : " ";
            await call.Say($"{start}the *people* who turn up early `will` make the **future**");
        }
        await call.End(usage: (10, 20));
    };
}
