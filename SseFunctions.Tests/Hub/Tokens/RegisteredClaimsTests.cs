using System.Globalization;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>The claims exp, nbf, iss and aud (RFC 7519, section 4.1), and the reasons that the log has.</summary>
public sealed class RegisteredClaimsTests
{
    private const string Issuer = "https://login.example/tenant";
    private const string Audience = "https://hub.example";
    private const string NotStrings = "its claim aud is not a string or an array of strings";
    private const string NearMiss =
        ": they differ only in upper and lower case, or in a slash at the end, and must be equal";

    [Theory]
    [InlineData("""{"aud":"https://hub.example"}""")]
    [InlineData("""{"aud":["https://hub.example"]}""")]
    [InlineData("""{"aud":["https://payroll.example","https://hub.example"]}""")]
    [InlineData("""{"aud":["https://hub.example","https://hub.example"]}""")]
    [InlineData("""{"aud":["","https://hub.example","\u0000"]}""")]
    [InlineData("""{"aud":"https:\/\/hub.ex\u0061mple"}""")]
    public async Task A_token_for_this_hub_is_accepted(string claims)
    {
        using var bench = With(audience: Audience);
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, claims));
    }

    [Theory]
    [InlineData("{}", "it does not name its audience (aud), but Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"AUD":"https://hub.example"}""", "it does not name its audience (aud), but Hub:Publisher:Audience "
        + "is 'https://hub.example'")]
    [InlineData("""{"aud":"https://payroll.example"}""", "it is for 'https://payroll.example' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":""}""", "it is for '' (aud), but Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData(
        """{"aud":["a","b","c"]}""",
        "it is for 'a', 'b', 'c' (aud), but Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData(
        """{"aud":["a","b","c","d","e"]}""",
        "it is for 'a', 'b', 'c' and 2 more (aud), but Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"https://hub.example/"}""", "it is for 'https://hub.example/' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'" + NearMiss)]
    [InlineData("""{"aud":["a","https://HUB.example"]}""", "it is for 'a', 'https://HUB.example' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'" + NearMiss)]
    [InlineData("""{"aud":" https://hub.example"}""", "it is for ' https://hub.example' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"https://hub.example:443"}""", "it is for 'https://hub.example:443' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"https://hub.example.evil"}""", "it is for 'https://hub.example.evil' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"https://hub.example\u0000"}""", "it is for 'https://hub.example?' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"https://hub.exаmple"}""", "it is for 'https://hub.ex?mple' (aud), but "
        + "Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"*"}""", "it is for '*' (aud), but Hub:Publisher:Audience is 'https://hub.example'")]
    [InlineData("""{"aud":"https://other.example https://hub.example"}""", "it is for 'https://other.example https://"
        + "hub.example' (aud), but Hub:Publisher:Audience is 'https://hub.example'")]
    public async Task A_token_for_another_application_is_refused(string claims, string reason)
    {
        using var bench = With(audience: Audience);
        Assert.Equal(reason, await bench.Refuses(Jws.Signed(ValidatorBench.Secret, claims)));
    }

    [Theory]
    [InlineData("null", NotStrings)]
    [InlineData("1", NotStrings)]
    [InlineData("true", NotStrings)]
    [InlineData("{}", NotStrings)]
    [InlineData("""{"0":"https://hub.example"}""", NotStrings)]
    [InlineData("""[["https://hub.example"]]""", NotStrings)]
    [InlineData("""["https://hub.example",1]""", NotStrings)]
    [InlineData("""["https://hub.example",null]""", NotStrings)]
    [InlineData("""["https://hub.example",["x"]]""", NotStrings)]
    [InlineData("\"\\ud800\"", NotStrings)]
    [InlineData("[\"https://hub.example\",\"\\ud800\"]", NotStrings)]
    [InlineData("[]", "its claim aud is an empty array, so it is for nobody")]
    public async Task An_audience_of_a_wrong_kind_refuses_the_token_whether_or_not_one_is_set(string aud, string reason)
    {
        foreach (var audience in new[] { Audience, null })
        {
            using var bench = With(audience: audience);
            Assert.Equal(reason, await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"aud":{{aud}}}""")));
        }
    }

    [Fact]
    public async Task An_audience_that_stands_twice_refuses_the_token()
    {
        using var bench = With(audience: Audience);
        const string claims = """{"aud":"https://payroll.example","aud":"https://hub.example"}""";
        Assert.Contains(
            "has a name twice",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, claims)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Where_no_audience_is_set_a_token_that_names_one_is_refused_and_the_setting_is_named(string? unset)
    {
        using var bench = With(audience: unset);
        Assert.Equal(
            "it is for 'https://payroll.example' (aud), but Hub:Publisher:Audience is not set: to accept such tokens, "
                + "set it to the name that stands for this hub",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, """{"aud":"https://payroll.example"}""")));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, """{"aud":""}"""));
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret));
    }

    [Fact]
    public async Task A_long_or_hostile_audience_stays_short_and_in_its_line()
    {
        using var bench = With(audience: Audience);
        var names = string.Join(',', Enumerable.Range(0, 300).Select(number => $"\"https://app{number}.example\""));
        Assert.Contains(
            "'https://app2.example' and 297 more (aud)",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"aud":[{{names}}]}""")),
            StringComparison.Ordinal);
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"aud":[{{names}},"{{Audience}}"]}"""));
        var reason = await bench.Refuses(
            Jws.Signed(ValidatorBench.Secret, $$"""{"aud":"\r\nERROR\u2028{{new string('a', 9000)}}"}"""));
        Assert.StartsWith("it is for '??ERROR?aaaa", reason, StringComparison.Ordinal);
        Assert.InRange(reason.Length, 200, 300);
    }

    [Fact]
    public async Task Names_are_compared_without_normalization()
    {
        // Both look the same: an accented letter as one character, and as two.
        const string composed = "caf\u00e9", decomposed = "cafe\u0301";
        using var bench = With(issuer: composed, audience: composed);
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{composed}}","aud":"{{composed}}"}"""));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{composed}}","aud":"{{decomposed}}"}"""));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{decomposed}}","aud":"{{composed}}"}"""));
    }

    [Theory]
    [InlineData("{}", "it does not name its issuer (iss), but Hub:Publisher:Issuer is 'https://login.example/tenant'")]
    [InlineData("""{"iss":"https://login.example/other"}""", "its issuer is 'https://login.example/other' (iss), but "
        + "Hub:Publisher:Issuer is 'https://login.example/tenant'")]
    [InlineData("""{"iss":"https://login.example/tenant/"}""", "its issuer is 'https://login.example/tenant/' (iss), "
        + "but Hub:Publisher:Issuer is 'https://login.example/tenant'" + NearMiss)]
    [InlineData("""{"iss":"https://login.example/Tenant"}""", "its issuer is 'https://login.example/Tenant' (iss), "
        + "but Hub:Publisher:Issuer is 'https://login.example/tenant'" + NearMiss)]
    [InlineData("""{"iss":""}""", "its issuer is '' (iss), but Hub:Publisher:Issuer is 'https://login.example/tenant'")]
    [InlineData("""{"iss":["https://login.example/tenant"]}""", "its claim iss is not a valid Unicode string")]
    [InlineData("""{"iss":null}""", "its claim iss is not a valid Unicode string")]
    [InlineData("""{"iss":7}""", "its claim iss is not a valid Unicode string")]
    [InlineData("{\"iss\":\"\\udc00\"}", "its claim iss is not a valid Unicode string")]
    public async Task A_token_of_another_issuer_is_refused(string claims, string reason)
    {
        using var bench = With(issuer: Issuer);
        Assert.Equal(reason, await bench.Refuses(Jws.Signed(ValidatorBench.Secret, claims)));
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{Issuer}}"}"""));
    }

    [Theory]
    [InlineData("\"https://login.example/other\"")]
    [InlineData("7")]
    [InlineData("null")]
    public async Task Where_no_issuer_is_set_any_is_accepted(string iss)
    {
        using var bench = With();
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":{{iss}}}"""));
    }

    [Fact]
    public async Task Issuer_and_audience_must_both_be_right()
    {
        using var bench = With(Issuer, Audience);
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{Issuer}}","aud":"{{Audience}}"}"""));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{Audience}}","aud":"{{Issuer}}"}"""));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"iss":"{{Issuer}}"}"""));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"aud":"{{Audience}}"}"""));
    }

    [Fact]
    public async Task A_token_may_start_ten_seconds_ahead_and_no_more()
    {
        using var bench = With();
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"nbf":{{bench.Now + 10}}}"""));
        var early = Jws.Signed(ValidatorBench.Secret, $$"""{"nbf":{{bench.Now + 10}}.5}""");
        Assert.Equal(
            "it is not valid before 2026-11-22 10:00:10.500 UTC, now is 2026-11-22 10:00:00.000 UTC (nbf)",
            await bench.Refuses(early));
        bench.Time.Advance(TimeSpan.FromMilliseconds(499));
        await bench.Refuses(early);
        bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        await bench.Accepts(early);
    }

    [Fact]
    public async Task There_is_no_leeway_for_the_end()
    {
        using var bench = With();
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{bench.Now}}.001}"""));
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{bench.Now}}}"""));
        // A token whose exp is before its nbf is never valid.
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"nbf":{{bench.Now + 5}},"exp":{{bench.Now}}}"""));
    }

    [Theory]
    [InlineData("99999999999")]
    [InlineData("\"tomorrow\"")]
    [InlineData("null")]
    public async Task When_a_token_was_made_does_not_matter(string iat)
    {
        using var bench = With();
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"iat":{{iat}}}"""));
    }

    [Fact]
    public async Task A_start_in_milliseconds_is_refused_with_a_hint()
    {
        using var bench = With();
        Assert.EndsWith(
            ": it seems to be in milliseconds, but must be in seconds",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"nbf":{{bench.Now}}000}""")),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "(nbf)",
            await bench.Refuses(Jws.Signed(ValidatorBench.Secret, """{"nbf":253402300799}""")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_in_milliseconds_is_accepted_and_reported_once()
    {
        using var bench = With();
        var claims = await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{bench.Now}}000}"""));
        Assert.Equal(DateTimeOffset.MaxValue, claims.Expires);
        await bench.Accepts(
            Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{bench.Now}}000,"mercure":{"publish":["*"]} }"""));
        var entry = Assert.Single(bench.Logs.Entries);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Equal(
            "A token of Hub:Publisher was accepted, but its claim exp seems to be in milliseconds instead of seconds: "
                + "it ends in thousands of years. This is logged only once",
            entry.Message);
    }

    [Theory]
    [InlineData("253402300799")]
    [InlineData("253402300800")]
    [InlineData("999999999999")]
    [InlineData("9007199254740991")]
    [InlineData("1e400")]
    public async Task An_end_that_means_never_is_not_taken_for_milliseconds(string exp)
    {
        using var bench = With();
        await bench.Accepts(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{exp}}}"""));
        Assert.Empty(bench.Logs.Entries);
    }

    [Fact]
    public async Task Nothing_is_reported_of_a_token_that_is_refused_for_another_reason()
    {
        using var bench = With(audience: Audience);
        var exp = bench.Now.ToString(CultureInfo.InvariantCulture) + "000";
        await bench.Refuses(Jws.Signed(ValidatorBench.Secret, $$"""{"exp":{{exp}}}"""));
        await bench.Refuses(Jws.Signed("another secret", $$"""{"exp":{{exp}},"aud":"{{Audience}}"}"""));
        Assert.Empty(bench.Logs.Entries);
    }

    [Theory]
    [InlineData(null, null, "{}", true)]
    [InlineData(null, "hub", """{"aud":"hub"}""", true)]
    [InlineData("issuer", "hub", """{"aud":"hub"}""", false)]
    public void The_verdict_depends_on_its_arguments_alone(
        string? issuer, string? audience, string claims, bool isGood)
    {
        using var json = System.Text.Json.JsonDocument.Parse(claims);
        var expected = new ExpectedClaims(issuer, "Hub:Issuers:0:Issuer", audience, "Hub:ResourceId");
        var judged = RegisteredClaims.Judge(json.RootElement, expected, DateTimeOffset.UnixEpoch);
        Assert.Equal(isGood, judged.Problem is null);
        if (!isGood) Assert.Contains("Hub:Issuers:0:Issuer is 'issuer'", judged.Problem, StringComparison.Ordinal);
    }

    private static ValidatorBench With(string? issuer = null, string? audience = null) =>
        new(new KeyOptions { Key = ValidatorBench.Secret, Issuer = issuer, Audience = audience });
}
