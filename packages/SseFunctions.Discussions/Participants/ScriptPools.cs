using System.Collections.Frozen;

namespace SseFunctions.Discussions.Participants;

/// <summary>The sentences of scripted participants, from <c>Script.txt</c>. The file explains its format.</summary>
internal static class ScriptPools
{
    private const string WordsOf = ".words";
    private static readonly FrozenDictionary<string, string[]> Pools = Read();

    /// <summary>The temperaments, in the order of the file.</summary>
    public static IReadOnlyList<string> Voices { get; } =
    [
        .. Pools.Keys
            .Where(name => name.EndsWith(WordsOf, StringComparison.Ordinal))
            .Select(name => name[..^WordsOf.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>All pools with their names.</summary>
    public static IReadOnlyDictionary<string, string[]> All => Pools;

    /// <summary>The sentences of a pool.</summary>
    public static IReadOnlyList<string> Of(string pool) => Pools[pool];

    /// <summary>The words in a persona that show a temperament.</summary>
    public static IReadOnlyList<string> WordsFor(string voice) => Pools[voice + WordsOf][0].Split(' ');

    private static FrozenDictionary<string, string[]> Read()
    {
        using var stream = typeof(ScriptPools).Assembly.GetManifestResourceStream("Script.txt")
            ?? throw new InvalidOperationException("The resource Script.txt is missing in the assembly.");
        using var reader = new StreamReader(stream);
        var pools = new Dictionary<string, List<string>>();
        var pool = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[') pools.Add(line[1..^1], pool = []);
            else pool.Add(line);
        }
        return pools.ToFrozenDictionary(item => item.Key, item => item.Value.ToArray());
    }
}
