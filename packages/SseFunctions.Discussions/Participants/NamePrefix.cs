namespace SseFunctions.Discussions.Participants;

/// <summary>Removes what models like to begin an answer with although they were asked not to: white space, and their
/// own name with a colon. Holds words back only as long as they may be the name. For one answer; not
/// thread-safe.</summary>
internal sealed class NamePrefix(string name)
{
    private readonly string[] _prefixes =
    [
        $"{name}:", $"{name} says:", $"**{name}:**", $"**{name}**:", $"*{name}:*", $"*{name}*:", $"[{name}]:",
        $"**{name} says:**",
    ];

    private string _held = "";
    private bool _isDecided;

    /// <summary>Gets whether the answer has had any word.</summary>
    public bool HasWords { get; private set; }

    /// <summary>Takes the next words of the answer, and returns the words that can be given out; empty if they may be
    /// the name.</summary>
    public string Append(string words)
    {
        if (!_isDecided)
        {
            _held = (_held + words).TrimStart();
            if (_held.Length == 0 || MayBecomePrefix()) return "";
            _isDecided = true;
            words = WithoutPrefix(_held);
        }
        // White space after the name.
        if (!HasWords) words = words.TrimStart();
        HasWords |= words.Length > 0;
        return words;
    }

    /// <summary>Returns what was held back. Call it once, at the end of the answer.</summary>
    public string Complete()
    {
        if (_isDecided) return "";
        _isDecided = true;
        var rest = WithoutPrefix(_held).TrimStart();
        HasWords |= rest.Length > 0;
        return rest;
    }

    private bool MayBecomePrefix() => Array.Exists(
        _prefixes,
        prefix => prefix.Length > _held.Length && prefix.StartsWith(_held, StringComparison.OrdinalIgnoreCase));

    private string WithoutPrefix(string text) =>
        Array.Find(_prefixes, prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } found
            ? text[found.Length..]
            : text;
}
