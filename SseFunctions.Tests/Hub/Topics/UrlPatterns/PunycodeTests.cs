using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

/// <summary>Labels in Punycode.</summary>
public sealed class PunycodeTests
{
    // The first three are samples of RFC 3492, section 7.1: Chinese, Spanish and Japanese.
    [Theory]
    [InlineData("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye")]
    [InlineData("PorquénopuedensimplementehablarenEspañol", "PorqunopuedensimplementehablarenEspaol-fmd56a")]
    [InlineData("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b")]
    [InlineData("bücher", "bcher-kva")]
    [InlineData("éé", "9caa")]
    public void Encodes(string label, string expected) => Assert.Equal(expected, Punycode.Encode(CodePoints(label)));

    [Fact]
    public void Decodes_what_it_encodes()
    {
        const int Rounds = 2_000;
        var random = new Random(20261128);
        for (var round = 0; round < Rounds; round++)
        {
            // Few distinct code points, so that many are repeated.
            var alphabet = Enumerable.Range(0, random.Next(1, 10)).Select(_ => random.Next(3) switch
            {
                0 => random.Next('a', 'z' + 1),
                1 => random.Next(0x80, 0x3000),
                _ => random.Next(0xE000, 0x110000),
            }).ToArray();
            List<int> label =
                [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => alphabet[random.Next(alphabet.Length)])];
            Assert.Equal(label, Punycode.Decode(Punycode.Encode(label)));
        }
    }

    private static List<int> CodePoints(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];
}
