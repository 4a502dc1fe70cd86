using System.Text;

namespace SseFunctions.Tests.Hub.Tokens;

public sealed class ClaimsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"mercure":null}""")]
    [InlineData("""{"publish":["*"],"subscribe":["*"]}""")]
    [InlineData("""{"Mercure":{"publish":["*"],"subscribe":["*"]}}""")]
    public async Task Without_the_claim_a_token_is_valid_and_gives_no_right(string claims)
    {
        using var bench = ValidatorBench.With();
        var read = await bench.Accepts(Jws.Signed(ValidatorBench.Secret, claims));
        Assert.False(read.HasMercureClaim);
        Assert.Empty(read.Publish);
        Assert.Empty(read.Subscribe);
        Assert.Null(read.Payload);
        Assert.Equal("it has no claim mercure, so it gives no rights", read.WhyNotPublish);
        Assert.Equal("it has no claim mercure, so it gives no rights", read.WhyNotSubscribe);
    }

    [Theory]
    [InlineData("""{"mercure":{}}""")]
    [InlineData("""{"mercure":{"publish":[],"subscribe":[]}}""")]
    [InlineData("""{"mercure":{"publish":null,"subscribe":null}}""")]
    public async Task Absent_and_empty_lists_give_no_right(string claims)
    {
        using var bench = ValidatorBench.With();
        var read = await bench.Accepts(Jws.Signed(ValidatorBench.Secret, claims));
        Assert.Empty(read.Publish);
        Assert.Empty(read.Subscribe);
        Assert.Equal("its claim mercure.publish is absent or empty", read.WhyNotPublish);
        Assert.Equal("its claim mercure.subscribe is absent or empty", read.WhyNotSubscribe);
    }

    [Fact]
    public async Task Says_how_many_selectors_did_not_match()
    {
        using var bench = ValidatorBench.With();
        var read = await bench.Accepts(Jws.Signed(ValidatorBench.Secret));
        Assert.Equal("none of the 2 selectors of its claim mercure.subscribe matches the topic", read.WhyNotSubscribe);
    }

    [Fact]
    public async Task The_claim_may_have_its_longer_name_which_then_wins()
    {
        using var bench = ValidatorBench.With();
        var read = await bench.Accepts(Jws.Signed(ValidatorBench.Secret,
            """{"mercure":{"publish":["short"]},"https://mercure.rocks/":{"publish":["long"]}}"""));
        Assert.Equal(["long"], read.Publish);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("\"text\"")]
    [InlineData("[1, 2]")]
    [InlineData("""{"a": "\u00e9\ud83d\ude00<>&"}""")]
    [InlineData("\"\\ud800\"")]
    public async Task The_payload_is_any_JSON_and_stays_as_it_was_written(string payload)
    {
        using var bench = ValidatorBench.With();
        var read =
            await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$$"""{"mercure":{"payload":{{{payload}}}}}"""));
        Assert.Equal(payload, read.Payload);
    }

    [Theory]
    [InlineData("""{"mercure":[]}""", "its claim mercure is not a JSON object")]
    [InlineData("""{"mercure":"*"}""", "its claim mercure is not a JSON object")]
    [InlineData("""{"mercure":true}""", "its claim mercure is not a JSON object")]
    [InlineData("""{"mercure":{"publish":"*"}}""", "its claim mercure.publish is not an array of strings")]
    [InlineData("""{"mercure":{"publish":{"0":"*"}}}""", "its claim mercure.publish is not an array of strings")]
    [InlineData(
        """{"mercure":{"publish":["a"],"subscribe":7}}""", "its claim mercure.subscribe is not an array of strings")]
    [InlineData(
        """{"mercure":{"publish":["a",1]}}""",
        "its claim mercure.publish has an item that is not a valid Unicode string")]
    [InlineData(
        """{"mercure":{"publish":["a",null]}}""",
        "its claim mercure.publish has an item that is not a valid Unicode string")]
    [InlineData(
        """{"mercure":{"publish":["a",["b"]]}}""",
        "its claim mercure.publish has an item that is not a valid Unicode string")]
    [InlineData(
        """{"mercure":{"publish":["\ud800"]}}""",
        "its claim mercure.publish has an item that is not a valid Unicode string")]
    [InlineData(
        """{"mercure":{"subscribe":["a\u0000b"]}}""",
        "its claim mercure.subscribe has a selector with the character NUL")]
    [InlineData("[]", "its payload is not a JSON object")]
    [InlineData("7", "its payload is not a JSON object")]
    [InlineData("", "its payload is not JSON, or has a name twice, or is nested more than 64 deep")]
    [InlineData("{} {}", "its payload is not JSON, or has a name twice, or is nested more than 64 deep")]
    [InlineData(
        """{"mercure":{},"mercure":{"publish":["*"]}}""",
        "its payload is not JSON, or has a name twice, or is nested more than 64 deep")]
    [InlineData(
        """{"mercure":{"publish":[],"publish":["*"]}}""",
        "its payload is not JSON, or has a name twice, or is nested more than 64 deep")]
    [InlineData(
        """{"exp":9999999999,"\u0065xp":1}""",
        "its payload is not JSON, or has a name twice, or is nested more than 64 deep")]
    [InlineData("""{"\ud800":1}""", "its payload is not JSON, or has a name twice, or is nested more than 64 deep")]
    public async Task What_is_of_a_wrong_kind_refuses_the_whole_token(string claims, string expected)
    {
        using var bench = ValidatorBench.With();
        Assert.Equal(expected, await bench.Refuses(Jws.Signed(ValidatorBench.Secret, claims)));
    }

    [Theory]
    [InlineData("""[{"actions":["publish"],"topics":[{"match":"*"}]}]""")]
    [InlineData("[]")]
    [InlineData("[7]")]
    [InlineData("null")]
    [InlineData("\"\\ud800\"")]
    public async Task The_rights_of_a_token_of_1_0_mean_nothing_in_one_of_0_x(string details)
    {
        using var bench = ValidatorBench.With();
        var read = await bench.Accepts(Jws.Signed(ValidatorBench.Secret,
            $$$"""{"exp":{{{bench.Now + 60}}},"authorization_details":{{{details}}},"mercure":{"publish":["a"]}}"""));
        Assert.False(read.IsAccessToken);
        Assert.Empty(read.Details);
        Assert.Equal(["a"], read.Publish);
        Assert.Equal(bench.Time.GetUtcNow().AddSeconds(60), read.Expires);
    }

    [Theory]
    [InlineData("\"exp\":1", "it expired at 1970-01-01")]
    [InlineData("\"nbf\":99999999999", "it is not valid before")]
    [InlineData("\"aud\":\"other\"", "it is for 'other' (aud)")]
    public async Task The_rights_of_a_token_of_1_0_do_not_spare_one_of_0_x_a_check(string claim, string expected)
    {
        using var bench = ValidatorBench.With();
        var reason = await bench.Refuses(
            Jws.Signed(ValidatorBench.Secret, $$"""{ {{claim}},"authorization_details":[]}"""));
        Assert.StartsWith(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_is_refused()
    {
        using var bench = ValidatorBench.With();
        var secret = Encoding.UTF8.GetBytes(ValidatorBench.Secret);
        byte[] claims = [.. """{"mercure":{"publish":[" """u8, 0xC3, 0x28, .. "\"]}}"u8];
        Assert.Equal("its payload is not UTF-8", await bench.Refuses(
            Jws.Signed(input => Jws.Hmac("HS256", secret, input), claims, """{"alg":"HS256"}"""u8.ToArray())));
    }

    [Fact]
    public async Task Lists_and_selectors_have_limits()
    {
        using var bench = ValidatorBench.With();
        await bench.Accepts(Token(Enumerable.Repeat("a", 1000)));
        await bench.Accepts(Token([new string('a', 4096)]));
        Assert.Equal(
            "its claim mercure.publish has 1001 selectors: at most 1000 are allowed",
            await bench.Refuses(Token(Enumerable.Repeat("a", 1001))));
        Assert.Equal(
            "its claim mercure.publish has a selector of 4097 characters: at most 4096 are allowed",
            await bench.Refuses(Token([new string('a', 4097)])));

        static string Token(IEnumerable<string> selectors) => Jws.Signed(ValidatorBench.Secret,
            $$$"""{"mercure":{"publish":["{{{string.Join("\",\"", selectors)}}}"]}}""");
    }
}
