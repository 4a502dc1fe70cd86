using System.Text;

namespace SseFunctions.Tests.Hub;

/// <summary>Changes valid input at random.</summary>
internal static class TextMutation
{
    /// <summary>Makes one to four changes: inserts a piece, replaces a character by another one of Latin-1, removes up
    /// to nine characters, or repeats the start of the text.</summary>
    public static string Mutate(Random random, string text, string[] pieces)
    {
        var mutated = new StringBuilder(text);
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var at = random.Next(mutated.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    mutated.Insert(at, pieces[random.Next(pieces.Length)]);
                    break;
                case 1 when at < mutated.Length:
                    mutated[at] = (char)random.Next('!', 0x100);
                    break;
                case 2 when at < mutated.Length:
                    mutated.Remove(at, Math.Min(random.Next(1, 10), mutated.Length - at));
                    break;
                default:
                    mutated.Insert(at, mutated.ToString(0, at));
                    break;
            }
        }
        return mutated.ToString();
    }
}
