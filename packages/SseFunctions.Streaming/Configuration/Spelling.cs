namespace SseFunctions.Streaming.Configuration;

/// <summary>Finds names that are mistyped.</summary>
internal static class Spelling
{
    // In a name of at least this many letters, two mistakes are found, in a shorter one only one: most short names
    // resemble other words.
    private const int LongName = 8;

    /// <summary>Whether a text is probably a mistyped name: a letter is missing, added, replaced, or swapped with the
    /// next one; two such mistakes in a long name. The first letter must be right, because <c>Pub</c> and <c>Sub</c>
    /// are not <c>Hub</c>. Letter case does not matter. False if the text is the name.</summary>
    public static bool IsMistyped(string text, string name)
    {
        var most = name.Length < LongName ? 1 : 2;
        if (text.Length == 0 || Math.Abs(text.Length - name.Length) > most) return false;
        var (written, meant) = (text.ToUpperInvariant(), name.ToUpperInvariant());
        return written[0] == meant[0] && written != meant && Mistakes(written, meant) <= most;
    }

    // The edit distance in which each letter is changed once at most (optimal string alignment).
    private static int Mistakes(string text, string name)
    {
        var counts = new int[text.Length + 1, name.Length + 1];
        for (var i = 0; i <= text.Length; i++)
        {
            for (var j = 0; j <= name.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    counts[i, j] = i + j;
                    continue;
                }
                var replaced = counts[i - 1, j - 1] + (text[i - 1] == name[j - 1] ? 0 : 1);
                counts[i, j] = Math.Min(replaced, 1 + Math.Min(counts[i - 1, j], counts[i, j - 1]));
                if (i > 1 && j > 1 && text[i - 1] == name[j - 2] && text[i - 2] == name[j - 1])
                    counts[i, j] = Math.Min(counts[i, j], 1 + counts[i - 2, j - 2]);
            }
        }
        return counts[text.Length, name.Length];
    }
}
