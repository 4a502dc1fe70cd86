using System.Buffers;

namespace SseFunctions.Hub.Topics;

/// <summary>A URI Template (RFC 6570, level 4) as a list of steps that a topic is run through. Immutable and
/// thread-safe.</summary>
/// <remarks><para>All steps that the topic read so far allows are followed at once, so nothing is ever tried twice: the
/// time is at most the topic's length times <see cref="MaxSteps"/>, and most often the length alone. The same as a
/// regular expression would take hundreds of kilobytes and milliseconds to make, for each template.</para>
/// <para>A template matches more than its expansions, as existing hubs do: an expression may be missing or its values
/// empty, commas may stand in each value, neither prefix lengths (<c>{name:3}</c>) nor names are looked at.</para>
/// </remarks>
/// <param name="steps">The steps from the first expression to the last.</param>
/// <param name="prefix">How long the literal before the first expression is, in characters.</param>
/// <param name="suffix">How long the literal behind the last expression is, in characters.</param>
internal sealed class UriTemplate(UriTemplateStep[] steps, int prefix, int suffix)
{
    /// <summary>How many steps a template may have: a character between two expressions is one, each variable three or
    /// four. It bounds the time for which a template made to be slow can hold a publisher up.</summary>
    public const int MaxSteps = 200;

    private const int MaxStatesOnStack = 128;

    private static readonly SearchValues<char>[] Characters =
    [
        SearchValues.Create(Unreserved + ","),
        SearchValues.Create(Unreserved + ",="),
        SearchValues.Create(Unreserved + ":/?#[]@!$&'()*+,;="),
    ];

    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /// <summary>How long the literal before the first expression is, in characters.</summary>
    public int PrefixLength => prefix;

    /// <summary>How many steps there are; 0 for one expression of the simplest kinds, which is compared in one go.
    /// </summary>
    public int StepCount => IsOneValue ? 0 : steps.Length;

    private bool IsOneValue => steps is [{ Kind: StepKind.Value }, _, _];

    /// <summary>Whether the topic could be an expansion of this template, whose text is <paramref
    /// name="text"/>.</summary>
    public bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> topic)
    {
        if (topic.Length < prefix + suffix || !topic.StartsWith(text[..prefix], StringComparison.Ordinal)
            || !topic.EndsWith(text[^suffix..], StringComparison.Ordinal)) return false;
        var values = topic[prefix..^suffix];
        if (IsOneValue) return IsValue(values, Of(steps[0].Allowed));

        var states = steps.Length + 1;
        if (states <= MaxStatesOnStack) return Run(values, stackalloc short[4 * states]);
        var rented = ArrayPool<short>.Shared.Rent(4 * states);
        var matches = Run(values, rented.AsSpan(0, 4 * states));
        ArrayPool<short>.Shared.Return(rented);
        return matches;
    }

    private static SearchValues<char> Of(ValueCharacters allowed) => Characters[(int)allowed];

    // What most templates come down to: one expression of the simplest kinds.
    private static bool IsValue(ReadOnlySpan<char> values, SearchValues<char> allowed)
    {
        while (true)
        {
            var stop = values.IndexOfAnyExcept(allowed);
            if (stop < 0) return true;
            if (values[stop..] is not ['%', var high, var low, ..] || !char.IsAsciiHexDigit(high)
                || !char.IsAsciiHexDigit(low)) return false;
            values = values[(stop + 3)..];
        }
    }

    // The set of steps that may take the next character; behind the last step is the end, which takes none.
    private bool Run(ReadOnlySpan<char> values, Span<short> memory)
    {
        var half = memory.Length / 2;
        var current = new StateSet(memory[..half]);
        var next = new StateSet(memory[half..]);
        Enter(0, ref current);
        foreach (var character in values)
        {
            foreach (var state in current.Members)
            {
                if (state < steps.Length) Take(character, state, ref next);
            }
            if (next.Members.IsEmpty) return false;
            var done = current;
            current = next;
            done.Clear();
            next = done;
        }
        return current.Contains(steps.Length);
    }

    private void Take(char character, int state, ref StateSet next)
    {
        ref readonly var step = ref steps[state];
        switch (step.Kind)
        {
            case StepKind.Value when character == '%':
                next.Add(state + 1);
                break;
            case StepKind.Value when Of(step.Allowed).Contains(character):
                Enter(state, ref next);
                break;
            case StepKind.Literal or StepKind.Separator when character == step.Character:
                Enter(state + 1, ref next);
                break;
            case StepKind.HighDigit when char.IsAsciiHexDigit(character):
                next.Add(state + 1);
                break;
            case StepKind.LowDigit when char.IsAsciiHexDigit(character):
                Enter(state - 2, ref next);
                break;
            default:
                break;
        }
    }

    // Adds a step and those that may come in its place without a character: a value can be over, an expression missing.
    private void Enter(int state, ref StateSet states)
    {
        while (states.Add(state) && state < steps.Length)
        {
            ref readonly var step = ref steps[state];
            if (step.Kind == StepKind.Separator)
            {
                state = step.Target;
            }
            else if (step.Kind == StepKind.Value)
            {
                if (step.Target != UriTemplateStep.None) states.Add(step.Target);
                state += UriTemplateStep.OfValue;
            }
            else
            {
                return;
            }
        }
    }
}
