using State = SseFunctions.Hub.Topics.UrlPatterns.ConstructorStringState;
using Type = SseFunctions.Hub.Topics.UrlPatterns.PatternTokenType;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Divides a pattern into the patterns of its components (URL Pattern Standard, section 1.6).</summary>
internal sealed class ConstructorStringParser
{
    private readonly string _pattern;
    private readonly List<PatternToken> _tokens;
    private readonly PatternComponents _result = new();

    private State _state = State.Init;
    private int _start;
    private int _at;
    private int _increment;
    private int _groupDepth;
    private int _bracketDepth;
    private bool _special;

    private ConstructorStringParser(string pattern)
    {
        _pattern = pattern;
        _tokens = PatternTokenizer.Tokenize(pattern, isLenient: true);
    }

    /// <summary>Returns the pattern of each component.</summary>
    /// <exception cref="PatternException">The protocol is not valid.</exception>
    public static PatternComponents Parse(string pattern) => new ConstructorStringParser(pattern).Parse();

    private PatternComponents Parse()
    {
        for (; _at < _tokens.Count; _at += _increment)
        {
            _increment = 1;
            if (_tokens[_at].Type == Type.End)
            {
                if (!GoOnAtEnd()) break;
                continue;
            }
            // A component does not start or end within { and }.
            if (_tokens[_at].Type == Type.Open)
            {
                _groupDepth++;
                continue;
            }
            if (_groupDepth > 0)
            {
                if (_tokens[_at].Type != Type.Close) continue;
                _groupDepth--;
            }
            Step();
        }
        // Without a port in the pattern, the default port is meant.
        if (_result[UrlComponent.Hostname] is not null) _result[UrlComponent.Port] ??= "";
        return _result;
    }

    // Returns false if the whole pattern was read.
    private bool GoOnAtEnd()
    {
        if (_state == State.Init)
        {
            Rewind(State.Init);
            if (Is('#')) Change(State.Hash, 1);
            else if (IsSearchPrefix()) Change(State.Search, 1);
            else Change(State.Pathname, 0);
            return true;
        }
        if (_state == State.Authority)
        {
            Rewind(State.Hostname);
            return true;
        }
        Change(State.Done, 0);
        return false;
    }

    private void Step()
    {
        switch (_state)
        {
            case State.Init when Is(':'):
                Rewind(State.Protocol);
                break;
            case State.Protocol when Is(':'):
                EndProtocol();
                break;
            case State.Authority when Is('@'):
                Rewind(State.Username);
                break;
            case State.Authority when Is('/') || IsSearchPrefix() || Is('#'):
                Rewind(State.Hostname);
                break;
            case State.Username when Is(':'):
                Change(State.Password, 1);
                break;
            case State.Username or State.Password when Is('@'):
                Change(State.Hostname, 1);
                break;
            case State.Hostname when Is('['):
                _bracketDepth++;
                break;
            case State.Hostname when Is(']'):
                _bracketDepth--;
                break;
            case State.Hostname when Is(':') && _bracketDepth == 0:
                Change(State.Port, 1);
                break;
            case State.Hostname or State.Port when Is('/'):
                Change(State.Pathname, 0);
                break;
            case State.Hostname or State.Port or State.Pathname when IsSearchPrefix():
                Change(State.Search, 1);
                break;
            case State.Hostname or State.Port or State.Pathname or State.Search when Is('#'):
                Change(State.Hash, 1);
                break;
            default:
                break;
        }
    }

    private void EndProtocol()
    {
        var protocol = PatternComponent.Compile(Current(), UrlComponent.Protocol);
        _special = protocol.MatchesSpecialScheme();
        var hasSlashes = Is('/', _at + 1) && Is('/', _at + 2);
        Change(hasSlashes || _special ? State.Authority : State.Pathname, hasSlashes ? 3 : 1);
    }

    private void Change(State next, int skip)
    {
        if (_state is >= State.Protocol and <= State.Hash) _result[(UrlComponent)_state] = Current();
        // A component that is left out before one that is given is empty.
        if (_state != State.Init && next != State.Done)
        {
            if (_state is State.Protocol or State.Authority or State.Username or State.Password && next >= State.Port)
                _result[UrlComponent.Hostname] ??= "";
            if (_state < State.Pathname && next >= State.Search) _result[UrlComponent.Pathname] ??= _special ? "/" : "";
            if (_state < State.Search && next == State.Hash) _result[UrlComponent.Search] ??= "";
        }
        _state = next;
        _at += skip;
        _start = _at;
        _increment = 0;
    }

    private void Rewind(State state)
    {
        _at = _start;
        _increment = 0;
        _state = state;
    }

    private string Current() => _pattern[TokenAt(_start).Index..TokenAt(_at).Index];

    private PatternToken TokenAt(int index) => _tokens[int.Min(index, _tokens.Count - 1)];

    private bool Is(char character) => Is(character, _at);

    private bool Is(char character, int index) => TokenAt(index) is
    { Type: Type.Char or Type.EscapedChar or Type.InvalidChar, Value: [var only] } && only == character;

    // Whether the current token is a question mark that does not modify the token before it.
    private bool IsSearchPrefix()
    {
        if (Is('?')) return true;
        if (TokenAt(_at).Value != "?") return false;
        return _at == 0 || TokenAt(_at - 1).Type is not (Type.Name or Type.Regexp or Type.Close or Type.Asterisk);
    }
}
