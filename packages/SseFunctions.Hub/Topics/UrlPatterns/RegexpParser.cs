namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Reads a regular expression as ECMAScript does with the flag <c>v</c> (ECMA-262, section 22.2.1). Assertions
/// that look around and back references are refused: without them the time to match is linear.</summary>
/// <remarks>What the groups capture does not matter, nor does whether a quantifier is lazy.</remarks>
internal ref struct RegexpParser
{
    private const int MaxDepth = 100;

    private readonly HashSet<string> _names;
    private RegexpReader _reader;
    private int _depth;

    private RegexpParser(string text, HashSet<string> names)
    {
        _reader = new RegexpReader(text);
        _names = names;
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression, in ASCII.</param>
    /// <param name="names">The names of groups that are already used. The names in this expression are added.</param>
    /// <exception cref="PatternException">The expression is not valid, or this hub does not run it.</exception>
    public static RegexpNode Parse(string text, HashSet<string> names)
    {
        var parser = new RegexpParser(text, names);
        var node = parser.ParseChoice();
        return parser._reader.IsAtEnd ? node : throw RegexpReader.Invalid("closes more groups than it opens");
    }

    private RegexpNode ParseChoice()
    {
        if (++_depth > MaxDepth)
            throw PatternException.OfUnsupported($"A group has more than {MaxDepth} groups in each other");
        List<RegexpNode> alternatives = [];
        do alternatives.Add(ParseSequence());
        while (_reader.TryTake('|'));
        _depth--;
        return RegexpNode.Choice(alternatives);
    }

    private RegexpNode ParseSequence()
    {
        List<RegexpNode> terms = [];
        while (!_reader.IsAtEnd && _reader.Next is not ('|' or ')')) terms.Add(ParseTerm());
        return RegexpNode.Sequence(terms);
    }

    private RegexpNode ParseTerm()
    {
        var character = _reader.Take();
        switch (character)
        {
            case '^' or '$':
                return RegexpNode.Edge(isStart: character == '^');
            case '\\' when _reader.TryTake('b') || _reader.TryTake('B'):
                throw PatternException.OfUnsupported("A group uses \\b or \\B");
            case '.':
                return Quantified(RegexpNode.OneOf(AsciiSet.Dot));
            case '[':
                return Quantified(RegexpNode.OneOf(RegexpClassParser.Parse(ref _reader)));
            case '(':
                return Quantified(ParseGroup());
            case '\\':
                return Quantified(RegexpNode.OneOf(ParseEscape()));
            case '*' or '+' or '?' or '{':
                throw RegexpReader.Invalid("has a quantifier behind nothing that can be repeated");
            case ']' or '}':
                throw RegexpReader.Invalid($"has a {character} without its opening: write \\{character}");
            default:
                return Quantified(RegexpNode.OneOf(AsciiSet.Of(character)));
        }
    }

    private UInt128 ParseEscape()
    {
        if (!_reader.IsAtEnd && (_reader.Next is 'k' || char.IsBetween(_reader.Next, '1', '9')))
            throw PatternException.OfUnsupported("A group uses a back reference");
        return _reader.TryTakeClassEscape(out var set) ? set : AsciiSet.Of(_reader.TakeCharacterEscape());
    }

    private RegexpNode ParseGroup()
    {
        // The tokenizer lets no other group through.
        if (!_reader.TryTake('?')) throw RegexpReader.Invalid("has a group in a group: write (?:...)");
        if (_reader.TryTake('<'))
        {
            if (_reader.TryTake('=') || _reader.TryTake('!'))
                throw PatternException.OfUnsupported("A group uses a look-behind");
            AddName(_reader.TakeGroupName());
        }
        else if (_reader.TryTake('=') || _reader.TryTake('!'))
        {
            throw PatternException.OfUnsupported("A group uses a look-ahead");
        }
        else if (!_reader.TryTake(':'))
        {
            throw _reader.Rest is ['i' or 'm' or 's' or '-', ..]
                ? PatternException.OfUnsupported("A group uses modifiers such as (?i:...)")
                : RegexpReader.Invalid("has a question mark behind a parenthesis that means nothing there");
        }
        var node = ParseChoice();
        return _reader.TryTake(')') ? node : throw RegexpReader.Invalid("has a group that is not closed");
    }

    // ECMAScript lets two groups share a name if no text can match both. This hub does not: nobody needs it.
    private readonly void AddName(string name)
    {
        if (!_names.Add(name)) throw PatternException.OfUnsupported($"Two groups share the name {name}");
    }

    private RegexpNode Quantified(RegexpNode node)
    {
        if (_reader.IsAtEnd) return node;
        var (min, max) = (0, RegexpNode.Unlimited);
        switch (_reader.Next)
        {
            case '*':
                _reader.Take();
                break;
            case '+':
                _reader.Take();
                min = 1;
                break;
            case '?':
                _reader.Take();
                max = 1;
                break;
            case '{':
                (min, max) = _reader.TakeBounds();
                break;
            default:
                return node;
        }
        _reader.TryTake('?');
        return RegexpNode.Repeat(node, min, max);
    }
}
