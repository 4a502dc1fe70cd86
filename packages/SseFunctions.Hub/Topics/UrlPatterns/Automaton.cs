using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Says whether a text matches a regular expression. All ways through the expression are followed at once, so
/// that no text makes it slow. Immutable and thread-safe; matching allocates nothing.</summary>
/// <remarks>A position is a character of the expression. For each group of four positions there is a table of what can
/// follow each of their combinations, so that a step costs at most one look-up for each group.</remarks>
internal sealed class Automaton
{
    /// <summary>The maximum number of positions. It bounds the time of a step: with this many, the slowest topic of
    /// 4 KB is matched in less than 1 ms.</summary>
    public const int MaxPositions = 192;

    private const int BitsPerWord = 64;

    // A vector has this many words.
    private const int VectorWords = 4;
    private const int GroupBits = 4;
    private const int Combinations = 1 << GroupBits;
    private const int Mask = Combinations - 1;

    // A step takes a block of four groups at once.
    private const int BlockBits = 4 * GroupBits;
    private const int BlockEntries = 4 * Combinations;
    private const int BlocksPerWord = BitsPerWord / BlockBits;
    private const byte NoClass = byte.MaxValue;

    private readonly int _words;
    private readonly ulong[] _first;
    private readonly ulong[] _accepting;
    private readonly bool _acceptsEmpty;

    // Characters are of one class if each position takes all of them or none.
    private readonly byte[] _classes = new byte[AsciiSet.Size];

    // The positions that take a character of a class, and those that follow a combination of four positions.
    private readonly ulong[] _taking;
    private readonly ulong[] _following;

    /// <param name="sets">The characters that each position takes.</param>
    /// <param name="follow">The positions that can follow each position.</param>
    /// <param name="first">The positions that can take the first character.</param>
    /// <param name="accepting">The positions after which the text may end.</param>
    /// <param name="acceptsEmpty">Whether the empty text matches.</param>
    public Automaton(UInt128[] sets, ulong[][] follow, ulong[] first, ulong[] accepting, bool acceptsEmpty)
    {
        _words = WordsFor(sets.Length);
        _first = first;
        _accepting = accepting;
        _acceptsEmpty = acceptsEmpty;
        _taking = Classify(sets);
        _following = new ulong[(sets.Length + BlockBits - 1) / BlockBits * BlockEntries * _words];
        for (var position = 0; position < sets.Length; position++)
        {
            var bit = 1 << (position % GroupBits);
            for (var combination = 0; combination < Combinations; combination++)
            {
                if ((combination & bit) == 0) continue;
                var entry = _following.AsSpan((position / GroupBits * Combinations + combination) * _words, _words);
                for (var i = 0; i < _words; i++) entry[i] |= follow[position][i];
            }
        }
    }

    /// <summary>The number of words in a set of this many positions: one, or as many as fill a vector.</summary>
    public static int WordsFor(int positions) => positions <= BitsPerWord ? 1 : VectorWords;

    public static void Add(ulong[] set, int position) => set[position / BitsPerWord] |= 1UL << (position % BitsPerWord);

    /// <summary>Whether the whole text matches.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return _acceptsEmpty;
        return _words == 1 ? MatchesInWord(text) : MatchesInVector(text);
    }

    private bool MatchesInWord(ReadOnlySpan<char> text)
    {
        var following = _following.AsSpan();
        var next = _first[0];
        var alive = 0UL;
        foreach (var character in text)
        {
            if (character >= AsciiSet.Size || _classes[character] == NoClass) return false;
            alive = next & _taking[_classes[character]];
            if (alive == 0) return false;
            next = 0;
            var group = BitOperations.TrailingZeroCount(alive) / GroupBits;
            var entry = group * Combinations;
            for (var bits = alive >> (group * GroupBits); bits != 0; bits >>= GroupBits, entry += Combinations)
                next |= following[entry + ((int)bits & Mask)];
        }
        return (alive & _accepting[0]) != 0;
    }

    private bool MatchesInVector(ReadOnlySpan<char> text)
    {
        var following = MemoryMarshal.Cast<ulong, Vector256<ulong>>(_following);
        var taking = MemoryMarshal.Cast<ulong, Vector256<ulong>>(_taking);
        var next = Vector256.Create<ulong>(_first);
        var alive = Vector256<ulong>.Zero;
        Span<ulong> words = stackalloc ulong[VectorWords];
        foreach (var character in text)
        {
            if (character >= AsciiSet.Size || _classes[character] == NoClass) return false;
            alive = next & taking[_classes[character]];
            if (alive == Vector256<ulong>.Zero) return false;
            alive.CopyTo(words);
            next = Vector256<ulong>.Zero;
            for (var word = 0; word < VectorWords; word++)
            {
                var bits = words[word];
                if (bits == 0) continue;
                var skipped = BitOperations.TrailingZeroCount(bits) / BlockBits;
                bits >>= skipped * BlockBits;
                for (var block = word * BlocksPerWord + skipped; bits != 0; block++, bits >>= BlockBits)
                {
                    var entries = following.Slice(block * BlockEntries, BlockEntries);
                    next |= entries[(int)bits & Mask]
                        | entries[Combinations + ((int)(bits >> GroupBits) & Mask)]
                        | entries[2 * Combinations + ((int)(bits >> (2 * GroupBits)) & Mask)]
                        | entries[3 * Combinations + ((int)(bits >> (3 * GroupBits)) & Mask)];
                }
            }
        }
        return (alive & Vector256.Create<ulong>(_accepting)) != Vector256<ulong>.Zero;
    }

    private ulong[] Classify(UInt128[] sets)
    {
        List<ulong> taking = [];
        for (var character = 0; character < AsciiSet.Size; character++)
        {
            var takers = new ulong[_words];
            for (var position = 0; position < sets.Length; position++)
            {
                if (AsciiSet.Has(sets[position], character)) Add(takers, position);
            }
            _classes[character] = ClassOf(takers, taking);
        }
        return [.. taking];
    }

    private static byte ClassOf(ulong[] takers, List<ulong> taking)
    {
        if (!takers.AsSpan().ContainsAnyExcept(0UL)) return NoClass;
        var known = CollectionsMarshal.AsSpan(taking);
        for (var start = 0; start < known.Length; start += takers.Length)
        {
            if (known.Slice(start, takers.Length).SequenceEqual(takers)) return (byte)(start / takers.Length);
        }
        taking.AddRange(takers);
        return (byte)(taking.Count / takers.Length - 1);
    }
}
