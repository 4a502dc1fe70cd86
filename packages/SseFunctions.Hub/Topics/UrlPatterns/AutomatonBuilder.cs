namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Makes an <see cref="Automaton"/> of a regular expression.</summary>
internal sealed class AutomatonBuilder
{
    private const int None = -1;

    private readonly List<Node> _nodes = [];
    private readonly List<int> _positions = [];
    private readonly bool _mayStart;
    private readonly bool _mayEnd;

    private AutomatonBuilder(bool mayStart, bool mayEnd)
    {
        _mayStart = mayStart;
        _mayEnd = mayEnd;
    }

    /// <summary>Builds the automaton of an expression.</summary>
    /// <param name="expression">The expression, of at most <see cref="Automaton.MaxPositions"/> characters.</param>
    /// <param name="mayStart">Whether the text may start the component.</param>
    /// <param name="mayEnd">Whether the text may end the component.</param>
    public static Automaton Build(RegexpNode expression, bool mayStart, bool mayEnd)
    {
        var builder = new AutomatonBuilder(mayStart, mayEnd);
        var end = builder.Add(new Node(NodeKind.Accept));
        return builder.Build(builder.Add(expression, end));
    }

    private Automaton Build(int start)
    {
        var reached = new bool[_nodes.Count];
        var positions = _positions.Count;
        var follow = new ulong[positions][];
        var accepting = new ulong[Automaton.WordsFor(positions)];
        for (var i = 0; i < positions; i++)
        {
            var next = _nodes[_positions[i]].Next;
            follow[i] = Reach(next, atStart: false, atEnd: false, reached, out _);
            Reach(next, atStart: false, _mayEnd, reached, out var accepts);
            if (accepts) Automaton.Add(accepting, i);
        }
        var first = Reach(start, _mayStart, atEnd: false, reached, out _);
        Reach(start, _mayStart, _mayEnd, reached, out var acceptsEmpty);
        return new Automaton([.. _positions.Select(node => _nodes[node].Set)], follow, first, accepting, acceptsEmpty);
    }

    private int Add(Node node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    // Adds the nodes of an expression, from its end to its start, and returns its start.
    private int Add(RegexpNode expression, int next)
    {
        switch (expression.Kind)
        {
            case RegexpKind.Set:
                var node = Add(new Node(NodeKind.Set, next, None, expression.Set, _positions.Count));
                _positions.Add(node);
                return node;
            case RegexpKind.Sequence:
                for (var i = expression.Children.Count - 1; i >= 0; i--) next = Add(expression.Children[i], next);
                return next;
            case RegexpKind.Choice:
                var start = Add(expression.Children[0], next);
                for (var i = 1; i < expression.Children.Count; i++)
                    start = Add(new Node(NodeKind.Fork, start, Add(expression.Children[i], next)));
                return start;
            case RegexpKind.Repeat:
                return AddRepeat(expression, next);
            default:
                return Add(new Node(expression.Kind == RegexpKind.Start ? NodeKind.Start : NodeKind.End, next));
        }
    }

    private int AddRepeat(RegexpNode expression, int next)
    {
        var child = expression.Children[0];
        var end = next;
        var copies = expression.Min;
        if (expression.Max == RegexpNode.Unlimited)
        {
            // The last copy goes back to a fork before itself.
            var loop = Add(new Node(NodeKind.Fork, None, end));
            var start = Add(child, loop);
            _nodes[loop] = _nodes[loop] with { Next = start };
            next = expression.Min == 0 ? loop : start;
            copies = int.Max(0, expression.Min - 1);
        }
        else
        {
            for (var i = expression.Min; i < expression.Max; i++)
                next = Add(new Node(NodeKind.Fork, Add(child, next), end));
        }
        for (var i = 0; i < copies; i++) next = Add(child, next);
        return next;
    }

    // The positions that can be reached from a node without taking a character.
    private ulong[] Reach(int node, bool atStart, bool atEnd, bool[] reached, out bool accepts)
    {
        var positions = new ulong[Automaton.WordsFor(_positions.Count)];
        accepts = false;
        Array.Clear(reached);
        var open = new Stack<int>();
        open.Push(node);
        while (open.TryPop(out var index))
        {
            if (index == None || reached[index]) continue;
            reached[index] = true;
            var current = _nodes[index];
            switch (current.Kind)
            {
                case NodeKind.Set:
                    Automaton.Add(positions, current.Position);
                    break;
                case NodeKind.Accept:
                    accepts = true;
                    break;
                case NodeKind.Fork:
                    open.Push(current.Next);
                    open.Push(current.Other);
                    break;
                case NodeKind.Start when atStart:
                case NodeKind.End when atEnd:
                    open.Push(current.Next);
                    break;
                default:
                    break;
            }
        }
        return positions;
    }

    private enum NodeKind : byte
    {
        Accept,
        Set,
        Fork,
        Start,
        End,
    }

    private readonly record struct Node(
        NodeKind Kind, int Next = None, int Other = None, UInt128 Set = default, int Position = None);
}
