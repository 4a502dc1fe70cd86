using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace SseFunctions.Tests.Website;

/// <summary>What the tests of the page of discussions do on it.</summary>
internal static partial class DiscussionsPage
{
    public const string Anonymous = "Discussions:Anonymous=true";

    /// <summary>The setting of a server that waits for a model's next words for longer than a test takes.</summary>
    public const string Patient = "Discussions:ModelSilence=00:05:00";

    /// <summary>The settings of a server whose scripted participants speak fast.</summary>
    public static readonly string[] Fast = [Anonymous, "Discussions:Scripted:WordDelay=00:00:00.005"];

    /// <summary>Opens the list, or the discussion with this id.</summary>
    public static Task Open(this IPage page, Uri server, string id = "") => page.GotoAsync(
        new Uri(server, $"discussions.html{(id.Length > 0 ? $"?id={id}" : "")}").AbsoluteUri);

    /// <summary>Fills in the form and starts a discussion. Returns its id.</summary>
    public static async Task<string> Begin(this IPage page, string topic, int turns)
    {
        await page.Topic().FillAsync(topic);
        await page.MostTurns().FillAsync($"{turns}");
        await page.Start().ClickAsync();
        await Expect(page).ToHaveURLAsync(IdInAddress());
        return IdInAddress().Match(page.Url).Groups[1].Value;
    }

    public static ILocator Topic(this IPage page) => page.GetByLabel("Topic", new() { Exact = true });

    public static ILocator MostTurns(this IPage page) =>
        page.GetByRole(AriaRole.Spinbutton, new() { Name = "Turns", Exact = true });

    public static ILocator Start(this IPage page) =>
        page.GetByRole(AriaRole.Button, new() { Name = "Start the discussion" });

    public static ILocator State(this IPage page) => page.Locator("#state");

    public static ILocator Turns(this IPage page) => page.GetByRole(AriaRole.Article);

    public static ILocator Stop(this IPage page) =>
        page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true });

    /// <summary>Waits until this turn has words, and is being spoken.</summary>
    public static Task Speaks(this IPage page, int turn) =>
        Expect(page.Locator($"[data-turn='{turn}'][data-state=speaking] .words")).Not.ToBeEmptyAsync();

    public static Task Ended(this IPage page, string title = "The discussion has ended") =>
        Expect(page.Locator("#end-title:visible")).ToHaveTextAsync(title);

    /// <summary>Returns the letters and digits of each turn on the page.</summary>
    public static async Task<string[]> Letters(this IPage page) =>
        [.. (await page.Locator(".turn .words").AllTextContentsAsync()).Select(Letters)];

    /// <summary>Waits until the page shows these letters and digits of the turns. It paints a moment after it has
    /// received words, and later in a tab in the background.</summary>
    public static async Task Shows(this IPage page, string[] letters)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (DateTime.UtcNow < limit && !(await page.Letters()).SequenceEqual(letters))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        Assert.Equal(letters, await page.Letters());
    }

    /// <summary>Returns the letters and digits of each turn of a transcript.</summary>
    public static string[] Letters(this Transcript transcript) =>
        [.. transcript.Turns.Select(turn => Letters(turn.Text))];

    /// <summary>Returns a text without the marks of Markdown, and without white space.</summary>
    public static string Letters(string text) => NeitherLetterNorDigit().Replace(text, "");

    [GeneratedRegex(@"\?id=([\w-]+)$")]
    private static partial Regex IdInAddress();

    [GeneratedRegex(@"[^\p{L}\p{N}]")]
    private static partial Regex NeitherLetterNorDigit();
}
