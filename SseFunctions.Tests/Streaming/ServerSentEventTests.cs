using System.Net.ServerSentEvents;
using System.Text;
using SseFunctions.Streaming;

namespace SseFunctions.Tests.Streaming;

public sealed class ServerSentEventTests
{
    [Fact]
    public void Writes_the_fields_in_order_and_ends_with_a_blank_line() => Assert.Equal(
        "event: tick\nretry: 1500\nid: 7\ndata: hello\n\n",
        Text(new ServerSentEvent("hello", "tick", "7", TimeSpan.FromMilliseconds(1500))));

    [Fact]
    public void Leaves_out_the_fields_that_are_not_given() =>
        Assert.Equal("data: hello\n\n", Text(new ServerSentEvent("hello")));

    [Fact]
    public void Writes_a_data_line_even_for_empty_data_or_browsers_would_drop_the_event() =>
        Assert.Equal("id: 1\ndata: \n\n", Text(new ServerSentEvent("", id: "1")));

    [Theory]
    [InlineData("a\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\rb", "data: a\ndata: b\n\n")]
    [InlineData("a\r\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\n\rb", "data: a\ndata: \ndata: b\n\n")]
    [InlineData("a\n", "data: a\ndata: \n\n")]
    [InlineData("\r\n\r\n", "data: \ndata: \ndata: \n\n")]
    [InlineData(" a", "data:  a\n\n")]
    public void Starts_a_new_data_line_at_every_line_end(string data, string expected) =>
        Assert.Equal(expected, Text(new ServerSentEvent(data)));

    [Theory]
    [InlineData('\f')]
    [InlineData('\v')]
    [InlineData('\u0085')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    public void Does_not_break_lines_where_the_format_has_none(char character) =>
        Assert.Equal($"data: a{character}b\n\n", Text(new ServerSentEvent($"a{character}b")));

    [Fact]
    public void Data_cannot_forge_a_field_or_an_event()
    {
        var items = Parse(new ServerSentEvent("x\n\nevent: forged\nid: 9\r\rdata: y", id: "1"));
        var item = Assert.Single(items);
        Assert.Equal("message", item.EventType);
        Assert.Equal("1", item.EventId);
        Assert.Equal("x\n\nevent: forged\nid: 9\n\ndata: y", item.Data);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    public void Refuses_line_breaks_and_NUL_in_type_and_id(string value)
    {
        Assert.Equal("type", Assert.Throws<ArgumentException>(() => new ServerSentEvent("", type: value)).ParamName);
        Assert.Equal("id", Assert.Throws<ArgumentException>(() => new ServerSentEvent("", id: value)).ParamName);
    }

    [Fact]
    public void Refuses_a_negative_retry() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new ServerSentEvent("", retry: TimeSpan.FromMilliseconds(-1)));

    [Fact]
    public void Whatever_the_data_a_parser_reads_back_what_was_written()
    {
        const int Rounds = 2000;
        const string Alphabet = "ab: \r\n\t\0é漢\u2028";
        var random = new Random(20260915);
        for (var round = 0; round < Rounds; round++)
        {
            var data =
                string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            var item = Assert.Single(Parse(new ServerSentEvent(data, "type", "id")));
            Assert.Equal(data.Replace("\r\n", "\n").Replace('\r', '\n'), item.Data);
        }
    }

    private static string Text(ServerSentEvent next) => Encoding.UTF8.GetString(next.Bytes.Span);

    private static List<SseItem<string>> Parse(ServerSentEvent next) =>
        [.. SseParser.Create(new MemoryStream(next.Bytes.ToArray())).Enumerate()];
}
