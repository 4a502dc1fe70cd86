namespace SseFunctions.Tests.Instances;

/// <summary>The numbers of wrong deliveries.</summary>
/// <param name="Lost">Updates that did not arrive, and whose loss the subscriber was not told about.</param>
/// <param name="Doubled">Updates that arrived again.</param>
/// <param name="OutOfOrder">Updates that arrived after an update that is later in the log.</param>
/// <param name="Unknown">Updates that are not in the log.</param>
internal sealed record Verdict(int Lost, int Doubled, int OutOfOrder, int Unknown)
{
    public static Verdict Good { get; } = new(0, 0, 0, 0);

    public static Verdict operator +(Verdict left, Verdict right) => new(
        left.Lost + right.Lost, left.Doubled + right.Doubled, left.OutOfOrder + right.OutOfOrder,
        left.Unknown + right.Unknown);

    /// <summary>Compares the received updates with the expected updates.</summary>
    public static Verdict Of(IReadOnlyList<string> expected, IReadOnlyList<string> got)
    {
        var places = expected.Select((next, place) => (next, place))
            .ToDictionary(pair => pair.next, pair => pair.place);
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
