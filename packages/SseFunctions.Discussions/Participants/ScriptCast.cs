using SseFunctions.Discussions.Text;

namespace SseFunctions.Discussions.Participants;

/// <summary>How a scripted participant speaks.</summary>
/// <param name="Name">The name as it can stand in a sentence.</param>
/// <param name="Voice">The temperament, one of <see cref="ScriptPools.Voices"/>.</param>
/// <param name="IsFor">Whether the participant is for the topic, or for the first side of a choice.</param>
/// <param name="Persona">The persona, if it can stand after "as"; otherwise null.</param>
internal sealed record ScriptRole(string Name, string Voice, bool IsFor, string? Persona);

/// <summary>Gives each participant of a discussion a role. The same discussion always has the same roles.</summary>
internal static class ScriptCast
{
    private const int LongestName = 40;
    private const int ShortestStem = 4;
    private const int MostPersonaWords = 7;

    private static readonly char[] Separators = [' ', ',', '.', ';', ':', '-', '/', '\n', '!', '?', '(', ')'];

    /// <summary>Returns the roles in the order of the participants.</summary>
    public static IReadOnlyList<ScriptRole> Of(string discussion, IReadOnlyList<Participant> participants)
    {
        var voices = participants.Select(Detect).ToArray();
        var others = new SeededDeck(
            [.. ScriptPools.Voices.Except(voices.OfType<string>()).DefaultIfEmpty(ScriptPools.Voices[0])],
            $"{discussion}/voices");
        var isFirstFor = new SeededDraw($"{discussion}/sides").Below(2) == 0;
        var roles = new List<ScriptRole>();
        foreach (var (index, participant) in participants.Index())
        {
            var voice = voices[index] ?? others.Deal();
            var isFor = voice switch
            {
                "optimist" or "activist" => true,
                "skeptic" or "traditionalist" => false,
                // On the other side than the participant before, so that there is something to discuss.
                _ => index == 0 ? isFirstFor : !roles[^1].IsFor,
            };
            var isLast = index == participants.Count - 1 && index > 0;
            var isLastOfOneSide = isLast && roles.All(role => role.IsFor == isFor);
            roles.Add(new ScriptRole(
                NameOf(participant), voice, isFor != isLastOfOneSide, PersonaOf(participant.Persona)));
        }
        return roles;
    }

    // The temperament whose words come most often; of several, the first in the text.
    private static string? Detect(Participant participant)
    {
        var words = $"{participant.Persona} {participant.Name}".ToLowerInvariant()
            .Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var best = (from voice in ScriptPools.Voices
                    let stems = ScriptPools.WordsFor(voice)
                    let found = words.Index().Where(word => stems.Any(stem => IsOf(word.Item, stem))).ToArray()
                    where found.Length > 0
                    orderby found.Length descending, found[0].Index
                    select voice).FirstOrDefault();
        return best;
    }

    private static bool IsOf(string word, string stem) => stem.Length >= ShortestStem
        ? word.StartsWith(stem, StringComparison.Ordinal)
        : word == stem;

    private static string NameOf(Participant participant)
    {
        var name = CleanText.Head(ScriptTopic.Harmless(participant.Name), LongestName).Trim();
        return name.Length > 0 ? name : "our friend";
    }

    private static string? PersonaOf(string? persona)
    {
        var words = (persona ?? "").Trim().TrimEnd('.', '!').Split(' ');
        var isNoun = words.Length is > 1 and <= MostPersonaWords && words[0].ToLowerInvariant() is "a" or "an" or "the"
            && words.All(word => word.Length > 0 && word.All(letter => char.IsAsciiLetter(letter) || letter == '-'));
        return isNoun && words.Length <= MostPersonaWords
            ? string.Join(' ', words.Skip(1).Prepend(words[0].ToLowerInvariant()))
            : null;
    }
}
