using System.Diagnostics;
using System.Text;
using SseFunctions.Hub.Protocol;

namespace SseFunctions.Tests.Hub;

public sealed class UrlEncodedFormTests
{
    private const int MaxFields = 1000;

    [Theory]
    [InlineData("", "")]
    [InlineData("a=b", "a|b")]
    [InlineData("a=b&c=d", "a|b c|d")]
    [InlineData("a=1&a=2&A=3", "a|1 a|2 A|3")]
    [InlineData("a", "a|")]
    [InlineData("a=", "a|")]
    [InlineData("=b", "|b")]
    [InlineData("=", "|")]
    [InlineData("&&a=b&", "a|b")]
    [InlineData("a=b=c", "a|b=c")]
    [InlineData("a=b;c=d", "a|b;c=d")]
    [InlineData("a=%26%3D%25%2B", "a|&=%+")]
    [InlineData("%61%3d=b", "a=|b")]
    [InlineData("a=%e2%82%AC", "a|€")]
    [InlineData("a=€", "a|€")]
    [InlineData("a=%zz", "a|%zz")]
    [InlineData("a=%4", "a|%4")]
    [InlineData("a=%", "a|%")]
    [InlineData("a=%%41", "a|%A")]
    [InlineData("a=%2541", "a|%41")]
    [InlineData("a=%0D%0A%00", "a|\r\n\0")]
    [InlineData("a=%EF%BB%BFb", "a|\uFEFFb")]
    [InlineData("a=%F0%9F%98%80", "a|😀")]
    public void Reads_a_body_and_a_query_as_the_URL_standard_does(string encoded, string expected)
    {
        Assert.Equal(expected, Text(Body(Encoding.UTF8.GetBytes(encoded))));
        Assert.True(UrlEncodedForm.TryParseQuery(encoded, MaxFields, out var fields, out _));
        Assert.Equal(expected, Text(fields));
    }

    [Fact]
    public void A_plus_sign_is_a_space_in_names_and_values() =>
        Assert.Equal([new("a b", " c ")], Body("a+b=+c+"u8));

    [Theory]
    [InlineData("a=%ff%fe")]
    [InlineData("a=%C3")]
    [InlineData("a=%C3&b=%A9")]
    [InlineData("%C3=%A9")]
    [InlineData("a=%C0%80")]
    [InlineData("a=%ED%A0%80")]
    [InlineData("a=%F4%90%80%80")]
    public void Refuses_what_is_not_UTF8_once_decoded(string encoded)
    {
        Assert.False(
            UrlEncodedForm.TryParse(Encoding.ASCII.GetBytes(encoded), MaxFields, out var fields, out var problem));
        Assert.Null(fields);
        Assert.Contains("Field 1 is not valid UTF-8: encode", problem.Title, StringComparison.Ordinal);
        Assert.False(UrlEncodedForm.TryParseQuery(encoded, MaxFields, out _, out _));
    }

    [Fact]
    public void Refuses_bytes_that_are_not_UTF8() =>
        Assert.False(UrlEncodedForm.TryParse([.. "a=b&c="u8, 0xFF], MaxFields, out _, out _));

    [Fact]
    public void Refuses_half_a_character_in_a_query()
    {
        Assert.False(UrlEncodedForm.TryParseQuery("a=\ud83d", MaxFields, out var fields, out var problem));
        Assert.Null(fields);
        Assert.Contains("percent-encode it", problem.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_more_fields_than_there_may_be()
    {
        Assert.True(UrlEncodedForm.TryParse("a&&b&c&"u8, 3, out _, out _));
        Assert.False(UrlEncodedForm.TryParse("a&b&c&d"u8, 3, out _, out var problem));
        Assert.Equal("There are more than 3 fields: send fewer.", problem.Title);
    }

    [Fact]
    public void Whatever_the_fields_they_are_read_back_as_they_were_written()
    {
        const int Rounds = 2000;
        const string Alphabet = "ab=&+% \r\n\0;é漢";
        var random = new Random(20261122);
        for (var round = 0; round < Rounds; round++)
        {
            KeyValuePair<string, string>[] fields =
                [.. Enumerable.Range(0, random.Next(5)).Select(_ => new KeyValuePair<string, string>(Draw(), Draw()))];
            var encoded = string.Join('&', fields.Select(field => $"{Encode(field.Key)}={Encode(field.Value)}"));
            Assert.Equal(fields, Body(Encoding.ASCII.GetBytes(encoded)));
        }

        string Draw() =>
            string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
        static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
    }

    [Fact]
    public void No_bytes_make_it_throw_or_take_long()
    {
        var limit = TimeSpan.FromMilliseconds(500);
        var worst = TimeSpan.FromSeconds(10);
        var random = new Random(20261122);
        var alphabet = "%%%&=+aAfF09z\xC3\xA9\xFF\0"u8.ToArray();
        var all = Stopwatch.StartNew();
        while (all.Elapsed < limit)
        {
            var encoded = random.GetItems(alphabet, random.Next(60));
            var one = Stopwatch.StartNew();
            var parsed = UrlEncodedForm.TryParse(encoded, 5, out var fields, out var problem);
            Assert.InRange(one.Elapsed, TimeSpan.Zero, worst);
            Assert.Equal(parsed, fields is { Count: <= 5 } && problem is null);
            UrlEncodedForm.TryParseQuery(Encoding.Latin1.GetString(encoded), 5, out _, out _);
        }
    }

    [Theory]
    [InlineData("%")]
    [InlineData("+")]
    [InlineData("%41")]
    [InlineData("=")]
    [InlineData("&")]
    [InlineData("a")]
    public void A_megabyte_of_anything_is_read_at_once(string part)
    {
        const int Length = 1 << 20;
        // Far more than a busy machine needs, and far less than a parser that copies the rest of the form for each
        // field.
        var limit = TimeSpan.FromSeconds(10);
        var encoded = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(part, Length / part.Length)));
        var watch = Stopwatch.StartNew();
        Assert.True(UrlEncodedForm.TryParse(encoded, MaxFields, out _, out _));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, limit);
    }

    private static List<KeyValuePair<string, string>> Body(ReadOnlySpan<byte> encoded)
    {
        Assert.True(UrlEncodedForm.TryParse(encoded, MaxFields, out var fields, out var problem));
        Assert.Null(problem);
        return fields;
    }

    private static string Text(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Join(' ', fields.Select(field => $"{field.Key}|{field.Value}"));
}
