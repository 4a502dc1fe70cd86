using System.Diagnostics;
using SseFunctions.Hub.Topics.UrlPatterns;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

/// <summary>Patterns that an attacker makes slow, and random text. The limits are loose, because a wrong algorithm is
/// many times slower.</summary>
[Collection(nameof(Alone))]
public sealed class UrlPatternSpeedTests
{
    private const int MaxBytes = 4096;

    private static readonly TimeSpan CompileLimit = TimeSpan.FromMilliseconds(200);

    // On a quiet machine the slowest match takes less than 1 ms: docs/performance.md has the figure. This limit also
    // holds for a busy machine and for a build that is not optimized.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(20);
    private static readonly WhatwgUrl BaseUrl = WhatwgUrl.Parse(UrlPatternCases.BaseUrl)!;

    public static TheoryData<string, string> Hostile => new()
    {
        { "https://e.com/" + Repeat("*a", 60), "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/" + Repeat("*a", 120) + "b", "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/" + Repeat("*a", 2000), "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/" + Repeat("{a}?", 250) + Repeat("a", 100), "https://e.com/" + Repeat("a", 4000) },
        // All 192 positions live. These topics are percent-encoded to three characters for each byte.
        { "https://e.com/((?:" + Repeat(".|", 191) + ".)*)", "https://e.com/" + Repeat("\"", 4000) },
        { "https://e.com/" + Repeat("(.*)", 192), "https://e.com/" + Repeat("\u00e9", 2040) + "|" },
        { "https://e.com/((?:.*){191}z)", "https://e.com/" + Repeat("\u00e9", 2040) },
        { "https://e.com/((?:(?:.?){192})*)", "https://e.com/" + Repeat("{", 4080) },
        { "https://e.com/((?:[%0-9A-F]*[0-9A-F]{190})*z)", "https://e.com/" + Repeat("\u00e9", 2040) },
        { "https://e.com/((?:a*)*b)", "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/((?:a|a)*b)", "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/((?:[ab]*a[ab]{100})*)c", "https://e.com/" + Repeat("abb", 1300) },
        { "https://e.com/((?:a?){192})", "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/((?:(?:a{0,9}){0,9}){0,3})", "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/((?:(?:a{1,999}){1,999}){1,999})", "https://e.com/" + Repeat("a", 4000) },
        { "https://e.com/((?:){99999999})", "https://e.com/" },
        { "https://e.com/(" + Repeat("(?:", 1000) + Repeat(")", 1000) + ")", "https://e.com/" },
        { "https://e.com/(" + Repeat("[", 2000) + Repeat("]", 2000) + ")", "https://e.com/" },
        { "https://e.com/(" + Repeat("|", 4000) + ")", "https://e.com/" },
        { "https://e.com/(" + Repeat("^|", 2000) + ")", "https://e.com/" },
        { Repeat("{", 4000), Repeat("{", 4000) },
        { Repeat("(", 4000), Repeat("(", 4000) },
        { Repeat(":", 4000), Repeat(":", 4000) },
        { Repeat(":a", 2000), Repeat("a", 4000) },
        { "https://e.com/" + Repeat("../", 1300), "https://e.com/" + Repeat("../", 1300) },
        { "https://" + Repeat("a.", 2000), "https://" + Repeat("a.", 2000) },
        { "https://" + Repeat("\u00e9", 1000), "https://" + Repeat("\u00e9", 1000) },
        { "https://a" + Repeat("\u0301", 1000), "https://a" + Repeat("\u0301\u0323", 1000) },
        { "https://e.com/" + Repeat("\u00e9", 2000), "https://e.com/" + Repeat("\u00e9", 2000) },
        { Repeat("@", 4000), "https://" + Repeat("@", 4000) + "e.com" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_pattern_made_to_be_slow_is_not(string text, string topic)
    {
        Compile(text)?.Matches(topic);

        var compiling = Best(() => Compile(text), CompileLimit);
        var matching = Compile(text) is { } pattern ? Best(() => pattern.Matches(topic), MatchLimit) : TimeSpan.Zero;

        Assert.InRange(compiling, TimeSpan.Zero, CompileLimit);
        Assert.InRange(matching, TimeSpan.Zero, MatchLimit);
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var url = WhatwgUrl.Parse("https://e.com/books/1/authors/2")!;
        string[] texts =
            ["https://e.com/*", "https://e.com/books/:id/authors/:author", "https://e.com/" + Repeat("*a", 90)];
        var patterns = Array.ConvertAll(texts, text => Compile(text)!);
        foreach (var pattern in patterns) pattern.Matches(url);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var pattern in patterns) pattern.Matches(url);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Garbage_gives_an_answer()
    {
        const int Rounds = 20_000;
        const string Characters = "/:?#@.*+(){}[]\\-%|^$<>=!&~,0a\u00e9\u05d0\u0301\ud83d\ude00\ud800\udc00\0\t \n";
        var random = new Random(20261128);
        var generator = new UrlPatternGenerator(20261128);
        for (var round = 0; round < Rounds; round++)
        {
            var (pattern, topic) = round % 2 == 0 ? (Garbage(), Garbage()) : generator.Next();
            if (round % 2 == 1) pattern = pattern.Insert(random.Next(pattern.Length + 1), Garbage());
            if (Compile(pattern) is not { } compiled) continue;
            compiled.Matches(topic);
            compiled.Matches(pattern);
        }

        string Garbage() => string.Concat(
            Enumerable.Range(0, random.Next(20)).Select(_ => Characters[random.Next(Characters.Length)]));
    }

    [Fact]
    public void Every_code_point_can_stand_in_a_host()
    {
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (codePoint is >= 0xD800 and <= 0xDFFF) continue;
            var url = WhatwgUrl.Parse($"https://a{char.ConvertFromUtf32(codePoint)}b.example/");
            if (url is null) continue;
            Assert.Equal(url, WhatwgUrl.Parse(url.ToString()));
        }
    }

    private static UrlPattern? Compile(string text)
    {
        Assert.InRange(text.Length, 0, MaxBytes);
        UrlPattern.TryParse(text, BaseUrl, out var pattern, out _);
        return pattern;
    }

    // Other processes may interrupt some of the rounds, so measures until one is good enough.
    private static TimeSpan Best(Action action, TimeSpan limit)
    {
        const int MaxRounds = 50;
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < MaxRounds && best > limit; round++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            var time = Stopwatch.GetElapsedTime(start);
            if (time < best) best = time;
        }
        return best;
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
