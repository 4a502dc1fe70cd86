namespace SseFunctions.Tests.Instances;

/// <summary>What was wrong with all deliveries.</summary>
/// <param name="Lost">That did not come, and of which the subscriber was not told.</param>
/// <param name="Doubled">That came again.</param>
/// <param name="OutOfOrder">That came after one that is later in the log.</param>
/// <param name="Unknown">That are not in the log.</param>
internal sealed record Verdict(int Lost, int Doubled, int OutOfOrder, int Unknown)
{
    public static Verdict Good { get; } = new(0, 0, 0, 0);

    public static Verdict operator +(Verdict left, Verdict right) => new(
        left.Lost + right.Lost, left.Doubled + right.Doubled, left.OutOfOrder + right.OutOfOrder, left.Unknown + right.Unknown);

    /// <summary>Holds what somebody got against what there is.</summary>
    public static Verdict Of(IReadOnlyList<string> expected, IReadOnlyList<string> got)
    {
        var places = expected.Select((next, place) => (next, place)).ToDictionary(pair => pair.next, pair => pair.place);
        var (doubled, outOfOrder, unknown, last) = (0, 0, 0, -1);
        var seen = new HashSet<string>();
        foreach (var next in got)
        {
            if (!places.TryGetValue(next, out var place)) unknown++;
            else if (!seen.Add(next)) doubled++;
            else if (place < last) outOfOrder++;
            else last = place;
        }
        return new Verdict(expected.Count - seen.Count, doubled, outOfOrder, unknown);
    }
}
