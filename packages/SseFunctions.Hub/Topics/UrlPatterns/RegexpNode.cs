namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A regular expression over ASCII, which is all that the components of a URL are. Immutable and thread-safe.
/// </summary>
internal sealed class RegexpNode
{
    /// <summary>The value of <see cref="Max"/> for any number of times.</summary>
    public const int Unlimited = int.MaxValue;

    // Expressions of more characters or nodes are refused before they are written out.
    private const long TooLarge = 1 << 20;

    private RegexpNode(RegexpKind kind, UInt128 set, RegexpNode[] children, int min, int max)
    {
        Kind = kind;
        Set = set;
        Children = children;
        Min = min;
        Max = max;
        long copies = kind == RegexpKind.Repeat ? int.Max(1, max == Unlimited ? min : max) : 1;
        var characters = copies * children.Sum(child => (long)child.Characters);
        Characters = kind == RegexpKind.Set ? 1 : (int)long.Min(TooLarge, characters);
        Size = (int)long.Min(TooLarge, 1 + copies * children.Sum(child => (long)child.Size));
    }

    /// <summary>The expression that matches only the empty text.</summary>
    public static RegexpNode Empty { get; } = Sequence();

    public RegexpKind Kind { get; }

    /// <summary>Of a set: a bit for each ASCII character.</summary>
    public UInt128 Set { get; }

    /// <summary>Of a sequence, a choice or a repetition: the expressions in it.</summary>
    public IReadOnlyList<RegexpNode> Children { get; }

    /// <summary>Of a repetition: the least number of times.</summary>
    public int Min { get; }

    /// <summary>Of a repetition: the largest number of times.</summary>
    public int Max { get; }

    /// <summary>The number of sets, with all repetitions written out.</summary>
    public int Characters { get; }

    /// <summary>The number of nodes, with all repetitions written out.</summary>
    public int Size { get; }

    /// <summary>An expression that matches one character of a set.</summary>
    public static RegexpNode OneOf(UInt128 set) => new(RegexpKind.Set, set, [], 1, 1);

    /// <summary>An expression that matches only this text.</summary>
    public static RegexpNode Literal(string text) =>
        Sequence(text.Select(character => OneOf(AsciiSet.Of(character))));

    /// <summary>An expression that matches the start of the component, or its end, and takes no character.</summary>
    public static RegexpNode Edge(bool isStart) => new(isStart ? RegexpKind.Start : RegexpKind.End, 0, [], 1, 1);

    /// <summary>Several expressions, one after the other.</summary>
    public static RegexpNode Sequence(params IEnumerable<RegexpNode> children)
    {
        RegexpNode[] all =
            [.. children.SelectMany(child => child.Kind == RegexpKind.Sequence ? child.Children : [child])];
        return all is [var only] ? only : new(RegexpKind.Sequence, 0, all, 1, 1);
    }

    /// <summary>One of several expressions.</summary>
    public static RegexpNode Choice(IReadOnlyList<RegexpNode> children)
    {
        // Several empty alternatives are equal to one.
        var empty = children.Where(child => child.IsEmpty).Take(1);
        RegexpNode[] distinct = [.. children.Where(child => !child.IsEmpty), .. empty];
        return distinct is [var only] ? only : new(RegexpKind.Choice, 0, distinct, 1, 1);
    }

    /// <summary>An expression that is repeated, at least <paramref name="min"/> and at most <paramref name="max"/>
    /// times.</summary>
    public static RegexpNode Repeat(RegexpNode child, int min, int max)
    {
        if (max == 0 || child.IsEmpty) return Empty;
        if (min == 1 && max == 1) return child;
        // An expression of edges takes no character, so more repetitions than one make no difference.
        if (child.Characters == 0) return min > 0 ? child : Choice([child, Empty]);
        return new(RegexpKind.Repeat, 0, [child], min, max);
    }

    private bool IsEmpty => Kind == RegexpKind.Sequence && Children.Count == 0;
}
