using SseFunctions.Hub.Topics.UrlPatterns;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

/// <summary>Compares with Chromium's URLPattern.</summary>
public sealed class UrlPatternOracleTests(Browser browser) : IClassFixture<Browser>
{
    private const string Script = """
        ([base, pairs]) => pairs.map(([pattern, topic]) => {
          let compiled;
          try { compiled = new URLPattern(pattern, base); } catch { return 0; }
          return compiled.test(topic, base) ? 2 : 1;
        })
        """;

    private static readonly WhatwgUrl BaseUrl = WhatwgUrl.Parse(UrlPatternCases.BaseUrl)!;

    private enum Answer
    {
        Invalid,
        NoMatch,
        Match,
        NotRun,
    }

    [Fact]
    public async Task The_tables_say_what_Chromium_says()
    {
        ((string Pattern, string Topic) Pair, Answer Answer)[] cases =
        [
            .. UrlPatternCases.Matching.Select(pair => (pair, Answer.Match)),
            .. UrlPatternCases.NotMatching.Select(pair => (pair, Answer.NoMatch)),
            .. UrlPatternCases.Invalid.Select(pattern => ((pattern, "x"), Answer.Invalid)),
            .. UrlPatternCases.NotRun.Select(pattern => ((pattern, "x"), Answer.NoMatch)),
        ];
        var answers = await Ask([.. cases.Select(entry => entry.Pair)]);
        Assert.Empty(cases.Zip(answers).Where(entry => entry.First.Answer != entry.Second)
            .Select(entry => $"{entry.First.Pair} is {entry.Second}"));
    }

    // Cases in which Chromium does not follow the standard. The random pairs leave them out. If one of these fails,
    // Chromium has changed: put the pair into the tables.
    [Fact]
    public async Task Chromium_deviates_from_the_standard()
    {
        ((string Pattern, string Topic) Pair, Answer OfChromium, Answer Own)[] cases =
        [
            // It treats port 0 of a URL as no port.
            (("https://e.com:0/", "https://e.com:0/"), Answer.NoMatch, Answer.Match),
            // It gives up after a million ways to divide the text among the repetitions.
            (("/{*}+" + new string('a', 30), "/b" + new string('a', 30)), Answer.NoMatch, Answer.Match),
            // It does not remove tabs and newlines from opaque paths.
            (("foo://h/a\tb", "foo://h/ab"), Answer.NoMatch, Answer.Match),
            // It does not decode Punycode.
            (("https://xn--a/", "https://xn--a/"), Answer.Match, Answer.Invalid),
            // It keeps the host localhost of a file URL.
            (("file://localhost/a", "file://localhost/a"), Answer.Match, Answer.NoMatch),
            // It treats filesystem, a scheme of its own, as special.
            (("file:x://h/`", "filex://h/`"), Answer.Match, Answer.NoMatch),
        ];
        var answers = await Ask([.. cases.Select(entry => entry.Pair)]);
        Assert.Equal(cases.Select(entry => (entry.Pair, entry.OfChromium)), cases.Zip(answers, (a, b) => (a.Pair, b)));
        Assert.Equal(
            cases.Select(entry => (entry.Pair, entry.Own)),
            cases.Select(entry => (entry.Pair, Own(entry.Pair.Pattern, entry.Pair.Topic))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_pairs_give_what_Chromium_gives(int seed)
    {
        const int Pairs = 10_000;
        const int MaxNotRun = Pairs / 8;
        var generator = new UrlPatternGenerator(seed);
        (string Pattern, string Topic)[] pairs = [.. Enumerable.Range(0, Pairs).Select(_ => generator.Next())];
        var theirs = await Ask(pairs);
        var ours = Array.ConvertAll(pairs, pair => Own(pair.Pattern, pair.Topic));

        Assert.Empty(Enumerable.Range(0, Pairs).Where(i => ours[i] != Answer.NotRun && ours[i] != theirs[i])
            .Select(i => $"{pairs[i]} is {theirs[i]}, not {ours[i]}"));
        Assert.InRange(ours.Count(answer => answer == Answer.NotRun), 1, MaxNotRun);
        Assert.All([Answer.Invalid, Answer.NoMatch, Answer.Match], answer =>
            Assert.InRange(theirs.Count(given => given == answer), Pairs / 20, Pairs));
    }

    private async Task<Answer[]> Ask((string Pattern, string Topic)[] pairs)
    {
        var page = await browser.NewPage();
        string[][] asked = [.. pairs.Select(pair => new[] { pair.Pattern, pair.Topic })];
        var given = await page.EvaluateAsync<int[]>(Script, new object[] { UrlPatternCases.BaseUrl, asked });
        return Array.ConvertAll(given, answer => (Answer)answer);
    }

    private static Answer Own(string pattern, string topic)
    {
        if (UrlPattern.TryParse(pattern, BaseUrl, out var parsed, out var reason))
            return parsed.Matches(topic) ? Answer.Match : Answer.NoMatch;
        return reason.EndsWith(PatternException.NotRun, StringComparison.Ordinal) ? Answer.NotRun : Answer.Invalid;
    }
}
