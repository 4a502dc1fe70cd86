namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A part of a component's pattern (URL Pattern Standard, section 2.1.3): literal text, or a group.</summary>
/// <param name="Prefix">The literal text, or the text before the group that belongs to it; canonical.</param>
/// <param name="Group">The regular expression of the group. Null if there is no group.</param>
/// <param name="Suffix">The text behind the group that belongs to it; canonical.</param>
/// <param name="Modifier">How often the part may occur.</param>
internal sealed record PatternPart(string Prefix, RegexpNode? Group, string Suffix, PartModifier Modifier)
{
    /// <summary>The part as a regular expression (URL Pattern Standard, section 2.2).</summary>
    public RegexpNode ToRegexp()
    {
        var prefix = RegexpNode.Literal(Prefix);
        if (Group is null) return Modified(prefix);
        var suffix = RegexpNode.Literal(Suffix);
        if (Modifier is PartModifier.None or PartModifier.Optional || Prefix.Length + Suffix.Length == 0)
            return Modified(RegexpNode.Sequence(prefix, Group, suffix));
        // Between two repetitions of a group stand its suffix and its prefix: {a(c)d}+ takes "a", then repetitions of
        // (c) with "da" between them, then "d".
        var next = RegexpNode.Repeat(RegexpNode.Sequence(suffix, prefix, Group), 0, RegexpNode.Unlimited);
        var groups = RegexpNode.Sequence(prefix, Group, next, suffix);
        return Modifier == PartModifier.ZeroOrMore ? RegexpNode.Repeat(groups, 0, 1) : groups;
    }

    private RegexpNode Modified(RegexpNode node) => Modifier switch
    {
        PartModifier.Optional => RegexpNode.Repeat(node, 0, 1),
        PartModifier.ZeroOrMore => RegexpNode.Repeat(node, 0, RegexpNode.Unlimited),
        PartModifier.OneOrMore => RegexpNode.Repeat(node, 1, RegexpNode.Unlimited),
        _ => node,
    };
}
