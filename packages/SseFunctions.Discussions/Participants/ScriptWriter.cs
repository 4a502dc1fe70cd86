using System.Text;

namespace SseFunctions.Discussions.Participants;

/// <summary>Writes the turns of scripted participants. What a turn says follows from the discussion's id, its topic,
/// its participants and the turns before; not from the attempt, the time or the instance.</summary>
/// <remarks>Sentences are dealt from shuffled decks, so that none comes twice in a discussion as long as there are
/// others. To know what has been dealt before, the writer deals the cards of all turns before. For one turn; not
/// thread-safe.</remarks>
internal sealed class ScriptWriter
{
    private const int MostWords = 110;

    // Without the answer to the turn before, whose length depends on what was really said there.
    private const int FewestOwnWords = 40;

    private const int ListItems = 3;

    // The kinds of the parts of a turn. The plan of a turn is a text of these letters.
    private const char React = 'r';
    private const char Quote = 'q';
    private const char Block = 'b';
    private const char Claim = 'c';
    private const char General = 'g';
    private const char Example = 'e';
    private const char Flourish = 'f';
    private const char Turn = 't';
    private const char List = 'l';
    private const char Ask = 'a';

    private static readonly string[] Middles =
        ["rqce", "rcfa", "kcl", "recf", "qefc", "rtgea", "bcef", "kqca", "qtce", "rgcf", "bcfa", "qecl"];

    private static readonly HashSet<char> Optional = [Flourish, Turn, Example, General, Quote];

    private readonly TurnRequest _turn;
    private readonly ScriptTopic _topic;
    private readonly IReadOnlyList<ScriptRole> _roles;
    private readonly SeededDeck _phrases;
    private readonly SeededDeck _middles;
    private readonly Dictionary<string, SeededDeck> _decks = new(StringComparer.Ordinal);
    private bool _hasAsked;

    private ScriptWriter(TurnRequest turn)
    {
        _turn = turn;
        _topic = ScriptTopic.Of(turn.Topic);
        _roles = ScriptCast.Of(turn.Discussion, turn.Participants);
        // Words that stand for the topic, so that a short topic is not in every sentence.
        string[] substitutes = _topic.Phrases.Count > 2 ? ["all this"] : ["all this", "the whole matter"];
        _phrases = new SeededDeck([.. _topic.Phrases, .. _topic.Phrases.Take(2), .. substitutes], Seed("phrases"));
        _middles = new SeededDeck(Middles, Seed("middles"));
    }

    /// <summary>Returns the text of a turn, in a little Markdown.</summary>
    public static string Write(TurnRequest turn)
    {
        var writer = new ScriptWriter(turn);
        for (var number = 1; number < turn.Number; number++) writer.Compose(number);
        return writer.Compose(turn.Number);
    }

    private string Compose(int number)
    {
        var scene = new Scene(number, RoleOf(number), RoleOf(number - 1), RoleOf(number + 1));
        var parts = new List<(char Kind, string Text)>();
        foreach (var kind in PlanOf(number))
        {
            foreach (var text in Part(kind, scene)) parts.Add((kind, text));
        }
        for (var more = 0; OwnWords(parts) < FewestOwnWords; more++)
        {
            var kind = more % 2 == 0 ? Claim : Example;
            var end = parts[^1].Kind is Ask or 'w' ? parts.Count - 1 : parts.Count;
            parts.InsertRange(end, Part(kind, scene).Select(text => (kind, text)));
        }
        _hasAsked = parts[^1].Kind == Ask && !Pool("answer").IsDealt;
        while (parts.Sum(part => WordCount(part.Text)) > MostWords
            && parts.FindLastIndex(part => Optional.Contains(part.Kind)) is >= 0 and var index) parts.RemoveAt(index);
        return Join(parts);
    }

    // Returns the plan of a turn: the letters above, and for the beginning and the end further letters, which only Part
    // knows.
    private string PlanOf(int number)
    {
        var count = _turn.Participants.Count;
        if (number == 1) return "opsce" + (_turn.MaxTurns > 1 ? Ask : "");
        if (number == _turn.MaxTurns) return _hasAsked ? "rwx" : "hwx";
        if (number <= count) return number % 2 == 0 ? "rpscf" : "rpscfa";
        if (number > _turn.MaxTurns - count) return _hasAsked ? "rqzw" : "kqzhw";
        var middle = _middles.Deal();
        // A participant who was asked a question answers it first.
        return _hasAsked && middle[0] != React ? $"{React}{middle.TrimStart('k')}" : middle;
    }

    private IEnumerable<string> Part(char kind, Scene scene)
    {
        var (role, before) = (scene.Role, scene.Before);
        switch (kind)
        {
            case 'o':
                return [Deal("open.first", scene)];
            case 'p':
                return role.Persona is null ? [] : [Deal("as", scene)];
            case 's':
                return [Fill(Pool(SideOf(role)).Deal(), scene, phrase: _topic.Phrases[0])];
            case React when _hasAsked:
                return [Asked(scene) ? Deal("answer", scene) : Other("answer", "agree", scene)];
            case React:
                return [Deal(
                    role.IsFor == before.IsFor ? Fresh("agree", "concede", "disagree") : Fresh("disagree", "concede"),
                    scene)];
            case 'k':
                return [Deal(Fresh("concede", role.IsFor == before.IsFor ? "agree" : "disagree"), scene)];
            case 'h':
                return [Deal("close.thanks", scene)];
            case Quote or Block:
                return Quoted(kind, scene);
            case Claim when Pool($"{role.Voice}.claim").IsDealt && !Pool("claim").IsDealt:
            case General:
                return [Deal("claim", scene)];
            case Claim:
                return [Deal($"{role.Voice}.claim", scene)];
            case Example when Pool($"{role.Voice}.example").IsDealt && !Pool("example").IsDealt:
                return [Deal("example", scene)];
            case Example:
                return [Deal($"{role.Voice}.example", scene)];
            case Flourish when Pool($"{role.Voice}.flourish").IsDealt:
                return [];
            case Flourish:
                return [Deal($"{role.Voice}.flourish", scene)];
            case Turn:
                return Pool("turn").IsDealt ? [] : [Deal("turn", scene)];
            case List:
                return Pool("list.item").IsDealt ? [] : [ListOf(
                    Deal("list.lead", scene), Enumerable.Repeat("list.item", ListItems).Select(i => Deal(i, scene)))];
            case Ask:
                return Pool("ask").IsDealt ? [] : [Deal("ask", scene)];
            case 'z':
                return [Deal("close.sum", scene)];
            case 'w':
                return Pool($"{role.Voice}.last").IsDealt ? [] : [Deal($"{role.Voice}.last", scene)];
            default:
                var list = ListOf(
                    Deal("final.lead", scene),
                    [Deal("final.agree", scene), Deal("final.differ", scene), Deal("final.next", scene)]);
                return [list, Deal("final.end", scene)];
        }
    }

    private string SideOf(ScriptRole role) => _topic.Question switch
    {
        ScriptQuestion.Either => "side.with",
        ScriptQuestion.Open => "side.open",
        ScriptQuestion.YesOrNo => role.IsFor ? "side.yes" : "side.no",
        _ => role.IsFor ? "side.for" : "side.against",
    };

    private IEnumerable<string> Quoted(char kind, Scene scene)
    {
        var answer = scene.Role.IsFor == scene.Before.IsFor ? "quote.agree" : "quote.disagree";
        var pool = kind == Block ? Fresh("quote.block", answer) : Fresh(answer, "quote.block");
        if (Pool(pool).IsDealt) return [];
        var template = Pool(pool).Deal();
        if (scene.Number < _turn.Number) return [];
        var quote = ScriptQuote.From(
            TextBefore(scene), [.. _roles.Select(role => role.Name)], new SeededDraw(Seed($"quote/{scene.Number}")));
        if (quote is null) return [Other(pool, "quote.none", scene)];
        if (pool != "quote.block") return [Fill(template, scene, template.StartsWith('“') ? quote : LowerFirst(quote))];
        return [$"> {quote}", Fill(template, scene)];
    }

    // A sentence that depends on what was really said, and so must not take a card from a deck that later turns use.
    private string Other(string instead, string pool, Scene scene)
    {
        if (instead == "answer") Pool(instead).Deal();
        var cards = ScriptPools.Of(pool);
        return Fill(cards[new SeededDraw(Seed($"other/{scene.Number}")).Below(cards.Count)], scene);
    }

    // The turn before may have been spoken by a model, or cut off.
    private bool Asked(Scene scene) => scene.Number < _turn.Number
        || TextBefore(scene).TrimEnd('*', ' ', '\n', '”', '_').EndsWith('?');

    private string TextBefore(Scene scene) =>
        _turn.Turns.LastOrDefault(turn => turn.Number == scene.Number - 1)?.Text ?? "";

    private ScriptRole RoleOf(int number)
    {
        var participants = _turn.Participants;
        var id = number == _turn.Number
            ? _turn.Speaker.Id
            : _turn.Turns.FirstOrDefault(turn => turn.Number == number)?.Participant;
        for (var index = 0; index < participants.Count; index++)
        {
            if (participants[index].Id == id) return _roles[index];
        }
        // The participants speak in their order, so the last one counts as the speaker before the first turn.
        return _roles[(number - 1 + participants.Count) % participants.Count];
    }

    private string Seed(string what) => $"{_turn.Discussion}/{what}";

    private SeededDeck Pool(string pool)
    {
        if (!_decks.TryGetValue(pool, out var deck))
            _decks.Add(pool, deck = new SeededDeck(ScriptPools.Of(pool), Seed(pool)));
        return deck;
    }

    // The first of the pools that still has a sentence that was not said.
    private string Fresh(params string[] pools) => Array.Find(pools, pool => !Pool(pool).IsDealt) ?? pools[0];

    private string Deal(string pool, Scene scene) => Fill(Pool(pool).Deal(), scene);

    private string Fill(string template, Scene scene, string quote = "", string? phrase = null)
    {
        var text = new StringBuilder();
        var rest = template;
        while (rest.IndexOf('{') is >= 0 and var start)
        {
            var end = rest.IndexOf('}', start);
            text.Append(rest, 0, start).Append(Slot(rest[(start + 1)..end]));
            rest = rest[(end + 1)..];
        }
        text.Append(rest);
        var filled = text.ToString();
        return template[0] == '{' ? UpperFirst(filled) : filled;

        string Slot(string name) => name switch
        {
            "k" => phrase ??= _phrases.Deal(),
            "K" => UpperFirst(phrase ??= _phrases.Deal()),
            "t" => _topic.Title,
            "prev" => scene.Before.Name,
            "next" => scene.After.Name,
            "quote" => quote,
            "mine" => _topic.Phrases[scene.Role.IsFor ? 0 : 1],
            "theirs" => _topic.Phrases[scene.Role.IsFor ? 1 : 0],
            "persona" => scene.Role.Persona ?? "myself",
            _ => Pool(name).Deal(),
        };
    }

    private static string ListOf(string lead, IEnumerable<string> items) =>
        $"{lead}\n\n{string.Join('\n', items.Select(item => $"- {item}"))}";

    // The answer to the turn before is one paragraph, and the participant's own view is another.
    private static string Join(List<(char Kind, string Text)> parts)
    {
        var text = new StringBuilder();
        var endsParagraph = true;
        var wordsOfParagraph = 0;
        foreach (var (kind, part) in parts)
        {
            var isBlock = kind is List or 'x' && part.Contains('\n', StringComparison.Ordinal)
                || part.StartsWith("> ", StringComparison.Ordinal);
            var begins = isBlock || endsParagraph || (wordsOfParagraph > MostWords / 3 && kind != Flourish);
            if (text.Length > 0) text.Append(begins ? "\n\n" : " ");
            if (begins) wordsOfParagraph = 0;
            wordsOfParagraph += WordCount(part);
            text.Append(part);
            endsParagraph = isBlock;
        }
        return text.ToString();
    }

    private static int OwnWords(List<(char Kind, string Text)> parts) =>
        parts.Where(part => part.Kind is not (React or Quote or Block)).Sum(part => WordCount(part.Text));

    private static int WordCount(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static string UpperFirst(string text) =>
        text.Length > 0 && char.IsLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    // Leaves "I" and names such as "AI" unchanged.
    private static string LowerFirst(string text)
    {
        var word = text.Split(' ')[0];
        var isCommon = word.Length > 1 && char.IsUpper(word[0]) && word.Skip(1).All(char.IsLower)
            && CommonWords.Contains(word.ToLowerInvariant());
        return isCommon ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    private static readonly HashSet<string> CommonWords =
    [
        "the", "a", "an", "we", "it", "this", "that", "there", "people", "every", "nobody", "somebody", "what", "when",
        "if", "in", "on", "my", "our", "most", "all", "before", "after", "call", "give", "let", "take", "put", "no",
        "yes", "those", "these", "they", "you", "and", "but", "so", "with", "without", "between", "nothing", "words",
    ];

    private sealed record Scene(int Number, ScriptRole Role, ScriptRole Before, ScriptRole After);
}
