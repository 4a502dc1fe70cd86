using System.Reflection;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Adapters;
using SseFunctions.Discussions.Running;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Each reason that viewers can get has words for people.</summary>
public sealed class ReasonsTests
{
    public static TheoryData<string> All => [.. Constants(typeof(Reasons)), .. Constants(typeof(ParticipantException))];

    public static TheoryData<string> Cuts =>
        [.. Constants(typeof(TurnRequest)).Where(finish => finish != TurnRequest.Stop), Reasons.Cancelled];

    [Theory]
    [MemberData(nameof(All))]
    public void The_page_has_a_sentence_for_each_reason(string reason) =>
        Assert.Matches($"(?m)^  {reason}: \"[A-Z].+\\.\",$", Page("words.js"));

    [Theory]
    [MemberData(nameof(Cuts))]
    public void The_page_has_a_note_for_each_way_in_which_a_turn_is_cut_off(string finish) =>
        Assert.Matches($"finish === \"{finish}\"\\) return \"Cut off: .+\\.\";", Page("turn-view.js"));

    [Fact]
    public void Adapters_have_a_sentence_of_its_own_for_each_failure()
    {
        string[] failures = [.. Constants(typeof(ParticipantException)), Reasons.InstanceLost];
        Assert.Equal(failures.Length, failures.Select(Failure).Distinct().Count());
        // The words for every other failure.
        Assert.Equal(Failure("unknown"), Failure(ParticipantException.ProviderError));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_documentation_explains_each_reason(string reason) =>
        Assert.Matches($"(?m)^\\| `{reason}` \\|", Read("docs/discussions.md"));

    private static string Failure(string reason) => AdapterNames.FailureOf(
        new Transcript("a", "", DiscussionState.Failed, [], new(1, 1, 1), []) { Reason = reason });

    private static string Page(string file) => Read($"static-ui/js/discussions/{file}");

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    private static IEnumerable<string> Constants(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
        .Where(field => field.IsLiteral && field.FieldType == typeof(string))
        .Select(field => (string)field.GetRawConstantValue()!);
}
