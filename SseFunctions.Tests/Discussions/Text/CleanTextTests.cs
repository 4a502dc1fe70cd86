using System.Text;
using System.Text.Json;
using SseFunctions.Discussions.Text;

namespace SseFunctions.Tests.Discussions.Text;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a\tb\nc", "a\tb\nc")]
    [InlineData("a\r\nb\rc\r\r\nd\n\re", "a\nb\nc\n\nd\n\ne")]
    [InlineData("a\0b\u0007\u001B[31m\u007F\u0085c", "ab[31mc")]
    [InlineData("👩‍👩‍👧 😀", "👩‍👩‍👧 😀")]
    public void Keeps_text_and_replaces_what_JSON_cannot_carry(string text, string clean) =>
        Assert.Equal(clean, CleanText.Of(text));

    // Not InlineData: an attribute cannot hold half of a pair.
    [Fact]
    public void Replaces_a_half_of_a_pair()
    {
        Assert.Equal("\uFFFD", CleanText.Of("\uD83D"));
        Assert.Equal("\uFFFDa", CleanText.Of("\uD83Da"));
        Assert.Equal("\uFFFDa", CleanText.Of("\uDE00a"));
        Assert.Equal("\uFFFD😀\uFFFD", CleanText.Of("\uD83D\uD83D\uDE00\uDE00"));
    }

    [Fact]
    public void Does_not_depend_on_where_the_text_was_split()
    {
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            var text = Odd(random, random.Next(40));
            var (cleaner, target) = (new CleanText(), new StringBuilder());
            for (var start = 0; start < text.Length;)
            {
                var length = random.Next(0, 4);
                cleaner.Append(text.AsSpan(start, Math.Min(length, text.Length - start)), target);
                start += length;
                Assert.False(target.Length > 0 && char.IsHighSurrogate(target[^1]));
            }
            cleaner.Complete(target);
            Assert.Equal(CleanText.Of(text), target.ToString());
            Assert.Equal(
                target.ToString(), JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(target.ToString())));
        }
    }

    [Theory]
    [InlineData(0, "", "")]
    [InlineData(1, "a", "b")]
    [InlineData(2, "a", "b")]
    [InlineData(3, "a😀", "😀b")]
    [InlineData(4, "a😀b", "a😀b")]
    [InlineData(9, "a😀b", "a😀b")]
    public void Cuts_without_splitting_a_pair(int length, string head, string tail)
    {
        Assert.Equal(head, CleanText.Head("a😀b", length));
        Assert.Equal(tail, CleanText.Tail("a😀b", length));
        Assert.Equal(head.Length, CleanText.WholeLength(new StringBuilder("a😀b"), length));
    }

    /// <summary>Returns a text of parts that are easily broken.</summary>
    internal static string Odd(Random random, int parts)
    {
        string[] all =
        [
            "a", "word ", "é", "e\u0301", "😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "\uD83D", "\uDE00", "\r\n", "\r", "\n",
            "\0", "\t",
            "\u0085", "\u2028", "猫", "𠮷",
        ];
        return string.Concat(Enumerable.Range(0, parts).Select(_ => all[random.Next(all.Length)]));
    }
}
