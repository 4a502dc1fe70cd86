using System.Buffers;

namespace SseFunctions.Hub.Topics;

/// <summary>A URI Template (RFC 6570, level 4) that matches topics. It is a nondeterministic automaton: a list of
/// steps, each of which takes a character of the topic. Immutable and thread-safe.</summary>
/// <remarks><para>All steps that are possible at a character are followed in parallel, without backtracking. So the
/// time is at most the topic's length times <see cref="MaxSteps"/>, and mostly proportional to the length alone.
/// Building an equivalent regular expression would take milliseconds and hundreds of kilobytes for each
/// template.</para>
/// <para>A template matches more than its expansions, as in other Mercure hubs: an expression may be missing, values
/// may be empty, commas may stand in each value, and prefix lengths (<c>{name:3}</c>) and names have no effect.</para>
/// </remarks>
/// <param name="steps">The steps from the first expression to the last.</param>
/// <param name="prefix">The length of the literal before the first expression, in characters.</param>
/// <param name="suffix">The length of the literal after the last expression, in characters.</param>
internal sealed class UriTemplate(UriTemplateStep[] steps, int prefix, int suffix)
{
    /// <summary>The largest number of steps of a template. A character between two expressions is one step, a variable
    /// is three or four. The limit bounds the time for which an attacker's slow template can delay a
    /// publisher.</summary>
    public const int MaxSteps = 200;

    private const int MaxStatesOnStack = 128;

    private static readonly SearchValues<char>[] Characters =
    [
        SearchValues.Create(Unreserved + ","),
        SearchValues.Create(Unreserved + ",="),
        SearchValues.Create(Unreserved + ":/?#[]@!$&'()*+,;="),
    ];

    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /// <summary>The length of the literal before the first expression, in characters.</summary>
    public int PrefixLength => prefix;

    /// <summary>The number of steps; 0 for a template of one simple expression, which is matched without steps.
    /// </summary>
    public int StepCount => IsOneValue ? 0 : steps.Length;

    private bool IsOneValue => steps is [{ Kind: StepKind.Value }, _, _];

    /// <summary>Whether the topic may be an expansion of this template.</summary>
    /// <param name="text">The text of this template, which contains its prefix and its suffix.</param>
    /// <param name="topic">The topic. It is untrusted.</param>
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

    // The fast path of most templates: one simple expression.
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

    // The set contains the steps that may take the next character. The number after the last step stands for the end of
    // the template, which takes no character.
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

    // Adds a step, and the steps that can replace it without taking a character: a value may end, and an expression may
    // be missing.
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
