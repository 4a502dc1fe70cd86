using SseFunctions.Streaming.Cors;

namespace SseFunctions.Tests.Streaming.Cors;

public sealed class OriginTests
{
    [Theory]
    [InlineData("https://a.example", "https", "a.example", 443)]
    [InlineData("HTTPS://A.Example:443", "https", "a.example", 443)]
    [InlineData("http://localhost:3000", "http", "localhost", 3000)]
    [InlineData("http://127.0.0.1", "http", "127.0.0.1", 80)]
    [InlineData("http://[0:0:0:0:0:0:0:1]:8080", "http", "::1", 8080)]
    [InlineData("https://xn--mnchen-3ya.example", "https", "xn--mnchen-3ya.example", 443)]
    [InlineData("https://a.example.", "https", "a.example.", 443)]
    [InlineData("chrome-extension://abcdef", "chrome-extension", "abcdef", -1)]
    [InlineData("capacitor://localhost", "capacitor", "localhost", -1)]
    public void Is_scheme_host_and_port(string text, string scheme, string host, int port) =>
        Assert.Equal(new Origin(scheme, host, port), Origin.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("a.example")]
    [InlineData("//a.example")]
    [InlineData("://a.example")]
    [InlineData("https:a.example")]
    [InlineData("https://")]
    [InlineData("https://a.example/")]
    [InlineData("https://a.example/path")]
    [InlineData("https://a.example?x")]
    [InlineData("https://a.example#x")]
    [InlineData("https://a.example#")]
    [InlineData("https://user@a.example")]
    [InlineData("https://a.example\\.b.example")]
    [InlineData(" https://a.example")]
    [InlineData("https://a.example\n")]
    [InlineData("https://a.example, https://b.example")]
    [InlineData("https://a.example:99999")]
    [InlineData("https://m\u00FCnchen.example")]
    [InlineData("https://\uFFFD")]
    [InlineData("file:///etc/passwd")]
    [InlineData("mailto:a@example.com")]
    public void Anything_else_is_none(string text) => Assert.Null(Origin.Parse(text));

    [Fact]
    public void A_long_text_does_no_harm() => Assert.Null(Origin.Parse("https://" + new string('a', 100_000)));
}
