using System.Globalization;
using System.Text;
using SseFunctions.Discussions.Text;

namespace SseFunctions.Discussions.Participants;

/// <summary>How a topic asks.</summary>
internal enum ScriptQuestion
{
    /// <summary>Neither of the others: a statement or a theme.</summary>
    Theme,

    /// <summary>A question that is answered with yes or no.</summary>
    YesOrNo,

    /// <summary>A choice of two.</summary>
    Either,

    /// <summary>A question that is answered with a sentence.</summary>
    Open,
}

/// <summary>What a scripted participant understands of a topic. Works on any text: what is not English is used as a
/// quote, in which no grammar can be wrong.</summary>
internal sealed class ScriptTopic
{
    private const string Markup = "<>[](){}*_`#|\\~\"^=@/&";
    private const int LongestTitle = 120;
    private const int LongestWord = 30;
    private const int LongestPhrase = 3;
    private const int MostPhrases = 8;

    private static readonly HashSet<string> Auxiliaries = Words(
        "is are was were am be do does did can could should would will shall may might must has have had isn't aren't "
        + "don't doesn't can't shouldn't won't wouldn't couldn't ought cannot");

    private static readonly HashSet<string> Questions = Words("what who whom whose which why how when where");

    private static readonly HashSet<string> Determiners = Words("a an the one my your our their his her its this that "
        + "these those every all some");

    private static readonly HashSet<string> Others = Words(
        "and or vs versus of to in on at by for with without from about into over under between against than as if "
        + "because but not no nor so yet then too very more most less least much many few any each both either neither "
        + "other another such only just also even ever never always often still again i me you we us he him she it "
        + "they them ones there here be been being let lets let's it's that's what's who's good bad better best "
        + "worse worst worth dead alive possible impossible necessary needed overrated underrated real really true "
        + "false right wrong enough same different like out up down off back way ways through during after before "
        + "while until allowed forbidden mandatory compulsory illegal legal instead rather first second "
        + "only per via");

    private static readonly HashSet<string> Verbs = Words(
        "ban bans banned be become believe bring build buy choose come create cut destroy ditch eat exist exists feel "
        + "find forgive get gets getting give go going govern happen have keep kill know last learn leave legalize "
        + "legalise abolish accept allow survive let live look lose lost make makes made making matter matters mean "
        + "need needs own pay prefer prevent prohibit prove put read regulate remain remove replace replaced ruin rule "
        + "rules run save saved say see sell send solve spend stay stop succeed take taken teach tell think try "
        + "understand want watch wear win write written belong belongs beat beats deserve deserves exceed enjoy "
        + "end force forbid require required taxed banned allowed conquer colonize colonise invent invented "
        + "discover discovered wait makes ruin ruined decide decides overtake lead leads fix hurt cause "
        + "causes improve improves support trust worry start begin close open fund ask answer answered care "
        + "cook boil bake pick explain fight climb justify justifies lie cheat steal love hate reward punish "
        + "share raise lower vote grow drive travel move marry");

    private static readonly string[] PredicateEnds = ["ed", "ing", "ful", "ous", "able", "ible", "less", "ive"];

    private ScriptTopic(string title, ScriptQuestion question, IReadOnlyList<string> phrases)
    {
        Title = title;
        Question = question;
        Phrases = phrases;
    }

    /// <summary>Gets the topic in one line without Markdown and HTML. Ends with a punctuation mark.</summary>
    public string Title { get; }

    /// <summary>Gets how the topic asks.</summary>
    public ScriptQuestion Question { get; }

    /// <summary>Gets phrases that can stand after a preposition; at least one. For <see cref="ScriptQuestion.Either"/>
    /// the first two are the two sides.</summary>
    public IReadOnlyList<string> Phrases { get; }

    public static ScriptTopic Of(string topic)
    {
        var clean = Harmless(topic);
        var title = TitleOf(clean);
        var words = Split(clean);
        if (!IsEnglish(words)) return new ScriptTopic(title, ScriptQuestion.Theme, Quoted(words, clean));
        var lower = words.ConvertAll(word => word.ToLowerInvariant());
        var question = QuestionOf(lower, clean);
        var phrases = PhrasesOf(words, lower, out var sides);
        if (question == ScriptQuestion.Either && sides is var (mine, theirs))
            phrases = [mine, theirs, .. phrases.Where(phrase => phrase != mine && phrase != theirs)];
        else if (question == ScriptQuestion.Either) question = ScriptQuestion.Theme;
        if (phrases.Exists(phrase => phrase.Length > 1)) phrases.RemoveAll(phrase => phrase.Length == 1);
        if (phrases.Count == 0)
        {
            var content = words.Where((_, index) => !Auxiliaries.Contains(lower[index])
                && !Questions.Contains(lower[index]) && !Others.Contains(lower[index])).ToList();
            phrases = Quoted(content.Exists(IsWord) ? content : words, clean);
        }
        return new ScriptTopic(title, question, [.. phrases.Take(MostPhrases)]);
    }

    /// <summary>Returns the text in one line, without the characters that mean something in Markdown or HTML.</summary>
    public static string Harmless(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in CleanText.Of(text).EnumerateRunes())
        {
            var isMarkup = rune.IsAscii && Markup.Contains((char)rune.Value, StringComparison.Ordinal);
            if (isMarkup || Rune.IsWhiteSpace(rune)) line.Append(' ');
            else line.Append(rune);
        }
        return string.Join(' ', line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static HashSet<string> Words(string words) => [.. words.Split(' ')];

    private static string TitleOf(string clean)
    {
        if (clean.Length == 0) return "…";
        var title = CleanText.Head(clean, LongestTitle);
        if (title.Length < clean.Length) return $"{title.TrimEnd()}…";
        var last = title[^1];
        return char.IsPunctuation(last) && last is not (',' or ';' or ':' or '-') ? title : $"{title}.";
    }

    // Words, and the marks that separate phrases.
    private static List<string> Split(string clean)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in clean.EnumerateRunes())
        {
            var isWord = Rune.IsLetterOrDigit(rune) || rune.Value is '\'' or '’' or '-' or '+' or 0x200D
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark;
            if (isWord)
            {
                word.Append(rune);
                continue;
            }
            Flush();
            if (!Rune.IsWhiteSpace(rune)) words.Add(rune.ToString());
        }
        Flush();
        return words;

        void Flush()
        {
            var text = word.ToString().Trim('-', '\'', '’', '\u200D').Replace('’', '\'');
            if (text.Length > 0) words.Add(CleanText.Head(text, LongestWord));
            word.Clear();
        }
    }

    private static bool IsWord(string word) => word.Length > 0 && (char.IsLetterOrDigit(word[0])
        || char.IsSurrogate(word[0]) && Rune.IsLetterOrDigit(Rune.GetRuneAt(word, 0)));

    // All words have only ASCII letters, and one of them is typical of English, or there are only a few, as in
    // "Pineapple pizza".
    private static bool IsEnglish(List<string> words)
    {
        var all = words.Where(IsWord).ToArray();
        return all.Length > 0 && all.Any(word => word.Length > 1 && char.IsLetter(word[0]))
            && all.All(word => word.All(char.IsAscii))
            && (all.Length <= LongestPhrase || all[0].ToLowerInvariant() is "will"
                || all.Any(word => IsFunctionWord(word.ToLowerInvariant())));
    }

    private static bool IsFunctionWord(string word) =>
        // Not words that other languages have too.
        word is not ("a" or "am" or "an" or "as" or "he" or "her" or "his" or "in" or "it" or "me" or "my" or "no"
            or "on" or "or" or "so" or "was" or "war" or "were" or "will" or "most" or "all" or "also" or "over")
        && (Auxiliaries.Contains(word) || Questions.Contains(word) || Determiners.Contains(word)
            || Others.Contains(word));

    private static ScriptQuestion QuestionOf(List<string> lower, string clean)
    {
        if (lower.Exists(word => word is "or" or "vs" or "versus")) return ScriptQuestion.Either;
        if (Questions.Contains(lower[0])) return ScriptQuestion.Open;
        return Auxiliaries.Contains(lower[0]) && (clean.EndsWith('?') || !clean.EndsWith('.'))
            ? ScriptQuestion.YesOrNo
            : ScriptQuestion.Theme;
    }

    private static List<string> PhrasesOf(
        List<string> words, List<string> lower, out (string Mine, string Theirs)? sides)
    {
        var phrases = new List<string>();
        var run = new List<string>();
        string? determiner = null;
        var orAt = -1;
        (string, string)? found = null;
        for (var index = 0; index < words.Count; index++)
        {
            var (word, small) = (words[index], lower[index]);
            if (small is "or" or "vs" or "versus")
            {
                End();
                orAt = phrases.Count > 0 ? phrases.Count - 1 : -1;
            }
            else if (Determiners.Contains(small))
            {
                End();
                determiner = small;
            }
            else if (small is "will" && run is ["free" or "Free"]) run.Add(word);
            else if (!IsWord(word)) End(isAtEnd: true);
            else if (Auxiliaries.Contains(small) || Questions.Contains(small)
                || Others.Contains(small) || (Verbs.Contains(small) && (determiner is null || run.Count > 0))) End();
            else if (index > 0 && lower[index - 1] is "to" or "be" or "been" && !char.IsUpper(word[0])) End();
            else run.Add(word);
        }
        End(isAtEnd: true);
        sides = found;
        return phrases;

        void End(bool isAtEnd = false)
        {
            // "Are video games art?" asks about video games and about art, "Is mathematics discovered?" about
            // mathematics alone.
            if (run.Count > 1 && determiner is null && Auxiliaries.Contains(lower[0]) && EndsLikeAPredicate(run[^1]))
                run.RemoveAt(run.Count - 1);
            else if (isAtEnd && run.Count > 1 && determiner is null && phrases.Count == 0
                && lower[0] is "is" or "are")
            {
                phrases.Add(string.Join(' ', run.SkipLast(1).Take(LongestPhrase)));
                run.RemoveRange(0, run.Count - 1);
            }
            if (run.Count > 0)
            {
                var noun = string.Join(' ', run.Take(LongestPhrase));
                // A word with a capital only because it begins the sentence.
                if (phrases.Count == 0 && run[0] == words[0] && run[0].Skip(1).All(char.IsLower) && words.Count > 2
                    && run[0] is not "I") noun = char.ToLowerInvariant(noun[0]) + noun[1..];
                var phrase = determiner is null or "all" or "every" or "some" or "this" or "that" or "these" or "those"
                    ? noun
                    : $"{determiner} {noun}";
                if (!phrases.Contains(phrase, StringComparer.OrdinalIgnoreCase))
                {
                    phrases.Add(phrase);
                    if (orAt >= 0 && found is null) found = (phrases[orAt], phrase);
                }
            }
            run.Clear();
            determiner = null;
        }
    }

    private static bool EndsLikeAPredicate(string word) => Array.Exists(
        PredicateEnds, end => word.Length > end.Length + 2 && word.EndsWith(end, StringComparison.Ordinal));

    // The longest words in quotes. Chinese and Japanese have no spaces: there, runs of one script are words.
    private static List<string> Quoted(List<string> words, string clean)
    {
        const int LongestTitleInQuotes = 24;
        var all = words.Where(IsWord).SelectMany(Runs).Where(word => word.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase).Index()
            .OrderByDescending(item => new StringInfo(item.Item).LengthInTextElements).ThenBy(item => item.Index)
            .Select(item => item.Item).ToList();
        var longest = all.Where(word => word.Length > 3 || word[0] >= '\u2E80').ToList();
        if (longest.Count == 0) longest = all;
        if (longest.Count == 0) longest = [Elements(clean.Length == 0 ? "…" : clean, LongestTitleInQuotes)];
        return [.. longest.Take(MostPhrases / 2).Select(word => $"“{word}”")];
    }

    private static IEnumerable<string> Runs(string word)
    {
        if (!word.Any(letter => letter is >= '\u3040' and <= '\u30FF')) return [Elements(word, LongestWord / 2)];
        return string.Concat(word.Select(letter => letter is >= '\u3040' and <= '\u309F' ? ' ' : letter))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Elements(string text, int count)
    {
        var info = new StringInfo(text);
        return info.LengthInTextElements <= count ? text : $"{info.SubstringByTextElements(0, count)}…";
    }
}
