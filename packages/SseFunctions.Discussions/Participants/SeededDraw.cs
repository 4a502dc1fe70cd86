using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SseFunctions.Discussions.Participants;

/// <summary>Numbers that look random but follow from a seed, the same with every version of .NET (SplitMix64). Not
/// thread-safe.</summary>
internal sealed class SeededDraw(string seed)
{
    private ulong _state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));

    /// <summary>Returns a number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
    }
}

/// <summary>A shuffled deck of cards. A card comes again only after all others have come. Not thread-safe.</summary>
internal sealed class SeededDeck(IReadOnlyList<string> cards, string seed)
{
    private readonly SeededDraw _draw = new(seed);
    private readonly List<string> _left = [];
    private string? _last;

    /// <summary>Whether the next card has been dealt before.</summary>
    public bool IsDealt => _last is not null && _left.Count == 0;

    /// <summary>Takes the next card.</summary>
    public string Deal()
    {
        if (_left.Count == 0) _left.AddRange(cards);
        var index = _draw.Below(_left.Count);
        if (_left[index] == _last && _left.Count > 1) index = (index + 1) % _left.Count;
        _last = _left[index];
        _left.RemoveAt(index);
        return _last;
    }
}
