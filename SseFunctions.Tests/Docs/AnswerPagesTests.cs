using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Docs;

/// <summary>The scripts of pages in the docs that show an answer. The tests run them with the events of an
/// answer.</summary>
public sealed class AnswerPagesTests
{
    // The parts of a browser that the scripts use. The element contains the text of the page.
    private const string Browser = """
        const element = { textContent: "" };
        globalThis.document = { body: element, querySelector: () => element };
        globalThis.sessionStorage = {};
        const listeners = {};
        globalThis.EventSource = class {
          addEventListener(type, listener) { (listeners[type] ??= []).push(listener); }
        };
        const send = (type, data) => {
          for (const listener of listeners[type] ?? []) listener({ data: JSON.stringify(data) });
        };

        """;

    private const string Events = """

        send("snapshot", { state: "running", turns: [{ text: "One " }] });
        send("turn.delta", { turn: 1, attempt: 1, at: 4, text: "two" });
        console.log(element.textContent);
        send("turn.restarted", { turn: 1, attempt: 2, reason: "provider_error" });
        send("turn.delta", { turn: 1, attempt: 2, at: 0, text: "Half" });
        send("turn.failed", { turn: 1, attempt: 2, reason: "provider_error" });
        send("discussion.failed", { reason: "provider_error" });
        console.log(element.textContent);
        console.log(Object.keys(sessionStorage).length === 0);
        """;

    public static TheoryData<string> Pages =>
        [.. MarkdownPage.All.Where(page => BlocksOf(page).Any()).Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Half_a_text_does_not_stay_when_the_answer_fails(string name)
    {
        using var folder = new TemporaryFolder();
        foreach (var block in BlocksOf(MarkdownPage.All.Single(page => page.Name == name)))
        {
            var file = Path.Combine(folder.Path, $"line-{block.Line}.mjs");
            await File.WriteAllTextAsync(
                file, $"{Browser}{block.Code}{Events}", TestContext.Current.CancellationToken);
            var (exitCode, output) = await Command.Run(folder.Path, "node", [file]);
            Assert.True(exitCode == 0, $"{block}: {output}");
            Assert.Equal(["One two", "No answer. Reload to ask again.", "true"], output.Trim().Split('\n'));
        }
    }

    private static IEnumerable<CodeBlock> BlocksOf(MarkdownPage page) => page.Blocks.Where(
        block => block.Language == "js" && block.Code.Contains("sessionStorage[", StringComparison.Ordinal));
}
