using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Hub.Tokens;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Invalid tokens of Mercure 1.0: the status of the answer, and the reason in the log. The client is never
/// told why, and nothing is stored.</summary>
public sealed class BadAccessTokenTests(TrustingHub hub) : IClassFixture<TrustingHub>
{
    private const string Header = """{"alg":"HS256","typ":"at+jwt"}""";
    private const string Iss = $"\"iss\":\"{Jwt.Issuer}\"";
    private const string Aud = $"\"aud\":\"{TrustingHub.Resource}\"";
    private const string Type = $"\"type\":\"{Jwt.DetailType}\"";
    private const string All = $$"""[{{{Type}},"actions":["publish","subscribe"],"topics":[{"match":"*"}]}]""";

    // 1795345200 is an hour after the time of the hub's clock.
    private const string Exp = "\"exp\":1795345200";
    private const string NotJson = "is not JSON, or has a name twice";

    /// <summary>Invalid headers, of a token whose claims are valid and which is signed with the issuer's key.</summary>
    public static TheoryData<string, string> Headers => new()
    {
        {
            """{"alg":"none","typ":"at+jwt"}""",
            "it is not signed (its alg is none), but Hub:Issuers:0:Algorithm is HS256"
        },
        {
            """{"alg":"NONE","typ":"at+jwt"}""",
            "it is not signed (its alg is none), but Hub:Issuers:0:Algorithm is HS256"
        },
        { """{"alg":"HS512","typ":"at+jwt"}""", "it is signed with HS512, but Hub:Issuers:0:Algorithm is HS256" },
        { """{"alg":"hs256","typ":"at+jwt"}""", "it is signed with hs256, but Hub:Issuers:0:Algorithm is HS256" },
        {
            """{"alg":"RS256","typ":"at+jwt","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}""",
            "it is signed with RS256, but Hub:Issuers:0:Algorithm"
        },
        { """{"alg":"EdDSA","typ":"at+jwt"}""", "it is signed with EdDSA, but Hub:Issuers:0:Algorithm is HS256" },
        { """{"alg":"\u0000","typ":"at+jwt"}""", "it is signed with ?, but Hub:Issuers:0:Algorithm is HS256" },
        { """{"alg":"","typ":"application/at+jwt"}""", "it is signed with , but Hub:Issuers:0:Algorithm is HS256" },
        { """{"alg":1,"typ":"at+jwt"}""", "its header does not name its algorithm (alg)" },
        { """{"alg":null,"typ":"at+jwt"}""", "its header does not name its algorithm (alg)" },
        { """{"typ":"at+jwt"}""", "its header does not name its algorithm (alg)" },
        { """{"alg":"HS256","typ":"at+jwt","crit":["exp"],"exp":1}""", "its header has critical extensions (crit)" },
        {
            """{"alg":"HS256","typ":"at+jwt","b64":false,"crit":["b64"]}""",
            "its header has critical extensions (crit)"
        },
        { """{"alg":"HS256","typ":"at+jwt","kid":7}""", "its header's kid is not a string" },
        { """{"alg":"none","alg":"HS256","typ":"at+jwt"}""", $"its header {NotJson}" },
        { """{"alg":"HS256","typ":"JWT","typ":"at+jwt"}""", $"its header {NotJson}" },
        { """{"alg":"HS256","typ":"at+jwt",}""", $"its header {NotJson}" },
        { """["HS256","at+jwt"]""", "its header is not a JSON object" },
        { "", $"its header {NotJson}" },
    };

    /// <summary>Invalid claims, of a token whose signature is valid.</summary>
    public static TheoryData<string, string> Claims => new()
    {
        { "", $"its payload {NotJson}" },
        { "[]", "its payload is not a JSON object" },
        { "\"at+jwt\"", "its payload is not a JSON object" },
        { $"{{{Iss},{Aud},{Exp}}}x", $"its payload {NotJson}" },
        { $"{{{Iss},{Iss},{Aud},{Exp}}}", $"its payload {NotJson}" },
        { $"{{{Iss},{Aud},\"aud\":\"x\",{Exp}}}", $"its payload {NotJson}" },
        { $$"""{"\ud800":1,{{Iss}},{{Aud}},{{Exp}}}""", $"its payload {NotJson}" },
        { $"{{{Aud},{Exp}}}", "it does not name its issuer (iss), which a token of Mercure 1.0 must do" },
        { $$"""{"Iss":"{{Jwt.Issuer}}",{{Aud}},{{Exp}}}""", "it does not name its issuer (iss)" },
        { $$"""{"iss":null,{{Aud}},{{Exp}}}""", "its claim iss is not a valid Unicode string" },
        { $$"""{"iss":["{{Jwt.Issuer}}"],{{Aud}},{{Exp}}}""", "its claim iss is not a valid Unicode string" },
        { $$"""{"iss":"\ud800",{{Aud}},{{Exp}}}""", "its claim iss is not a valid Unicode string" },
        { $$"""{"iss":"",{{Aud}},{{Exp}}}""", "its issuer is '' (iss), which no entry of Hub:Issuers names" },
        {
            $$"""{"iss":"https://evil.example",{{Aud}},{{Exp}}}""",
            "its issuer is 'https://evil.example' (iss), which no entry of Hub:Issuers names"
        },
        {
            $$"""{"iss":"{{Jwt.Issuer}}/",{{Aud}},{{Exp}}}""",
            "they differ only in upper and lower case, or in a slash at the end"
        },
        {
            $$"""{"iss":"HTTPS://development-issuer.localhost",{{Aud}},{{Exp}}}""",
            "they differ only in upper and lower case"
        },
        {
            $$"""{"iss":"{{TrustingHub.OtherIssuer}}",{{Aud}},{{Exp}}}""",
            "its signature does not match Hub:Issuers:1:Key"
        },
        {
            $"{{{Iss},{Exp}}}",
            "it does not name its audience (aud), but Hub:ResourceId is 'https://hub.example/.well-known/mercure'"
        },
        { $"{{{Iss},\"aud\":null,{Exp}}}", "its claim aud is not a string or an array of strings" },
        { $"{{{Iss},\"aud\":7,{Exp}}}", "its claim aud is not a string or an array of strings" },
        { $"{{{Iss},\"aud\":{{}},{Exp}}}", "its claim aud is not a string or an array of strings" },
        { $"{{{Iss},\"aud\":[7],{Exp}}}", "its claim aud is not a string or an array of strings" },
        {
            $"{{{Iss},\"aud\":[\"{TrustingHub.Resource}\",null],{Exp}}}",
            "its claim aud is not a string or an array of strings"
        },
        { $"{{{Iss},\"aud\":[],{Exp}}}", "its claim aud is an empty array, so it is for nobody" },
        { $"{{{Iss},\"aud\":\"\",{Exp}}}", "it is for '' (aud), but Hub:ResourceId is" },
        {
            $"{{{Iss},\"aud\":\"https://payroll.example\",{Exp}}}",
            "it is for 'https://payroll.example' (aud), but Hub:ResourceId is"
        },
        { $"{{{Iss},\"aud\":\"{TrustingHub.Resource}/\",{Exp}}}", "or in a slash at the end, and must be equal" },
        {
            $"{{{Iss},\"aud\":\"https://Hub.example/.well-known/mercure\",{Exp}}}",
            "they differ only in upper and lower case"
        },
        { $"{{{Iss},\"aud\":[\"a\",\"b\",\"c\",\"d\"],{Exp}}}", "it is for 'a', 'b', 'c' and 1 more (aud)" },
        { $"{{{Iss},{Aud}}}", "it has no exp, but must have one" },
        { $"{{{Iss},{Aud},\"exp\":null}}", "its claim exp is not a number" },
        { $"{{{Iss},{Aud},\"exp\":\"1795345200\"}}", "its claim exp is not a number" },
        { $"{{{Iss},{Aud},\"exp\":0}}", "it expired at 1970-01-01" },
        { $"{{{Iss},{Aud},\"exp\":-1e400}}", "it expired at 0001-01-01" },
        { $"{{{Iss},{Aud},\"exp\":1700000000}}", "it expired at 2023-11-14" },
        { $"{{{Iss},{Aud},{Exp},\"nbf\":1795345200}}", "it is not valid before 2026-11-22 11:00:" },
        { $"{{{Iss},{Aud},{Exp},\"nbf\":\"now\"}}", "its claim nbf is not a number" },
        { $"{{{Iss},{Aud},{Exp},\"nbf\":null}}", "its claim nbf is not a number" },
    };

    /// <summary>Invalid values of authorization_details.</summary>
    public static TheoryData<string, string> Details => new()
    {
        { "null", " is not an array" },
        { "{}", " is not an array" },
        { "\"*\"", " is not an array" },
        { "7", " is not an array" },
        { "[null]", "[0] is not a JSON object" },
        { "[\"*\"]", "[0] is not a JSON object" },
        { "[[]]", "[0] is not a JSON object" },
        { "[{}]", "[0] has no type" },
        { """[{"type":null}]""", "[0].type is not a valid Unicode string" },
        { """[{"type":7}]""", "[0].type is not a valid Unicode string" },
        { """[{"type":"\udc00"}]""", "[0].type is not a valid Unicode string" },
        { $$"""[{{{Type}},"topics":[{"match":"*"}]}]""", "[0].actions is missing" },
        { Actions("null"), "[0].actions is not an array of strings" },
        { Actions("\"publish\""), "[0].actions is not an array of strings" },
        { Actions("{}"), "[0].actions is not an array of strings" },
        { Actions("[]"), "[0].actions is an empty array" },
        { Actions("[1]"), "[0].actions[0] is not a valid Unicode string" },
        { Actions("[\"publish\",null]"), "[0].actions[1] is not a valid Unicode string" },
        { Actions("[\"publish\",[\"subscribe\"]]"), "[0].actions[1] is not a valid Unicode string" },
        { Actions("[\"subscribe\",\"\"]"), "[0].actions[1] is empty" },
        { Actions("""["\ud800"]"""), "[0].actions[0] is not a valid Unicode string" },
        { Actions("""["publish\u0000"]"""), "[0].actions[0] has a control or format character, U+0000" },
        { Actions("""["\u200bpublish"]"""), "[0].actions[0] has a control or format character, U+200B" },
        { $$"""[{{{Type}},"actions":["publish"]}]""", "[0].topics is missing" },
        { Topics("null"), "[0].topics is not an array of objects" },
        { Topics("\"*\""), "[0].topics is not an array of objects" },
        { Topics("""{"match":"*"}"""), "[0].topics is not an array of objects" },
        { Topics("[]"), "[0].topics is an empty array" },
        { Topics("[\"*\"]"), "[0].topics[0] is a string: write {\"match\":\"...\"} instead" },
        { Topics("""[{"match":"a"},"b"]"""), "[0].topics[1] is a string" },
        { Topics("[null]"), "[0].topics[0] is not a JSON object" },
        { Topics("[7]"), "[0].topics[0] is not a JSON object" },
        { Topics("[[]]"), "[0].topics[0] is not a JSON object" },
        { Topics("[{}]"), "[0].topics[0] has no match" },
        { Topics("""[{"Match":"a"}]"""), "[0].topics[0] has no match" },
        { Topics("""[{"match_type":"exact"}]"""), "[0].topics[0] has no match" },
        { Topics("""[{"match":null}]"""), "[0].topics[0].match is not a valid Unicode string" },
        { Topics("""[{"match":7}]"""), "[0].topics[0].match is not a valid Unicode string" },
        { Topics("""[{"match":["a"]}]"""), "[0].topics[0].match is not a valid Unicode string" },
        { Topics("""[{"match":"\ud800"}]"""), "[0].topics[0].match is not a valid Unicode string" },
        { Topics("""[{"match":""}]"""), "[0].topics[0].match is empty" },
        { Topics("""[{"match":"","match_type":"urlpattern"}]"""), "[0].topics[0].match is empty" },
        { Topics("""[{"match":"a\u0000"}]"""), "[0].topics[0].match has a control or format character, U+0000" },
        { Topics("""[{"match":"a\nb"}]"""), "[0].topics[0].match has a control or format character, U+000A" },
        { Topics("""[{"match":"a\u007f"}]"""), "[0].topics[0].match has a control or format character, U+007F" },
        { Topics("""[{"match":"a\u0085"}]"""), "[0].topics[0].match has a control or format character, U+0085" },
        { Topics("""[{"match":"a\u00adb"}]"""), "[0].topics[0].match has a control or format character, U+00AD" },
        { Topics("""[{"match":"\u202ea"}]"""), "[0].topics[0].match has a control or format character, U+202E" },
        { Topics("""[{"match":"\ufeffa"}]"""), "[0].topics[0].match has a control or format character, U+FEFF" },
        { Topics("""[{"match":"\udb40\udc01"}]"""), "[0].topics[0].match has a control or format character, U+E0001" },
        {
            Topics($$"""[{"match":"{{new string('a', 4097)}}"}]"""),
            "[0].topics[0].match has 4097 bytes: at most 4096 are allowed"
        },
        {
            Topics($$"""[{"match":"{{new string('é', 2049)}}"}]"""),
            "[0].topics[0].match has 4098 bytes: at most 4096 are allowed"
        },
        { Topics("""[{"match":"*","match_type":null}]"""), "[0].topics[0].match_type is not a valid Unicode string" },
        { Topics("""[{"match":"a","match_type":7}]"""), "[0].topics[0].match_type is not a valid Unicode string" },
        {
            Topics("""[{"match":"a","match_type":""}]"""),
            "[0].topics[0].match_type is '': it must be exact or urlpattern"
        },
        { Topics("""[{"match":"a","match_type":"Exact"}]"""), "[0].topics[0].match_type is 'Exact'" },
        { Topics("""[{"match":"a","match_type":"uritemplate"}]"""), "[0].topics[0].match_type is 'uritemplate'" },
        { Topics("""[{"match":"*","match_type":"regexp\u0000"}]"""), "[0].topics[0].match_type is 'regexp?'" },
        { Topics("""[{"match":"a","match":"*"}]"""), "NOT JSON" },
        { $$"""[{{{Type}},{{Type}},"actions":["publish"],"topics":[{"match":"*"}]}]""", "NOT JSON" },
        { Topics("""[{"match":"a"}],"payload":{"a":1,"a":2}"""), "NOT JSON" },
        { $$"""[{"type":"https://other.example","a":1,"a":2}]""", "NOT JSON" },
        {
            $$"""{{All[..^1]}},{"type":"https://other.example","actions":7},{{Actions("7")[1..]}}""",
            "[2].actions is not an array of strings"
        },
        { $$"""{{All[..^1]}},null]""", "[1] is not a JSON object" },
        { Many(101, 1), " has more entries for hubs than 100" },
        { Many(1, 101), "[0].topics has 101 topics: at most 100 are allowed" },
        { Many(2, 51), " has more topics in all than 100" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public Task A_bad_header_is_401(string header, string reason) =>
        IsRefused(
            Jws.Signed(Jwt.Key, $"{{{Iss},{Aud},{Exp},\"authorization_details\":{All}}}", header: header), reason);

    [Theory]
    [MemberData(nameof(Claims))]
    public Task Bad_claims_are_401(string claims, string reason) => IsRefused(
        Jws.Signed(
            Jwt.Key,
            claims.EndsWith('}') ? $"{claims[..^1]},\"authorization_details\":{All}}}" : claims,
            header: Header),
        reason);

    [Theory]
    [MemberData(nameof(Details))]
    public Task One_bad_detail_is_401(string details, string reason) => IsRefused(
        Jws.Signed(Jwt.Key, $"{{{Iss},{Aud},{Exp},\"authorization_details\":{details}}}", header: Header),
        reason == "NOT JSON" ? $"its payload {NotJson}" : $"its claim authorization_details{reason}");

    [Theory]
    [InlineData("GOOD.", "it is not three base64url parts")]
    [InlineData("GOOD=", "it has padding (=)")]
    [InlineData("\"GOOD\"", "it is in quotes")]
    [InlineData("Bearer GOOD", "it starts with 'Bearer '")]
    [InlineData("x", "it is not three base64url parts")]
    [InlineData("a.b.c.d.e", "it is encrypted")]
    [InlineData("GOOD CUT", "its signature does not match Hub:Issuers:0:Key")]
    [InlineData("GOOD UNSIGNED", "it has no signature")]
    public Task A_damaged_token_is_401(string token, string reason)
    {
        var good = Good();
        var damaged = token.Replace("GOOD CUT", good[..^3])
            .Replace("GOOD UNSIGNED", good[..(good.LastIndexOf('.') + 1)]).Replace("GOOD", good);
        return IsRefused(damaged, reason);
    }

    [Fact]
    public async Task The_token_that_all_of_these_were_made_from_is_good()
    {
        using var answer = await hub.Server.Get($"{HubClient.Path}?topic=a", Bearer(Good()));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var longest = Topics($$"""[{"match":"{{new string('a', 4096)}}"}]""");
        foreach (var limit in new[] { Many(100, 1), Many(1, 100), Many(2, 50), longest })
        {
            using var most = await hub.Server.Get($"{HubClient.Path}?topic=a", Bearer(
                Jws.Signed(Jwt.Key, $"{{{Iss},{Aud},{Exp},\"authorization_details\":{limit}}}", header: Header)));
            Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        }
    }

    private static string Good() =>
        Jws.Signed(Jwt.Key, $"{{{Iss},{Aud},{Exp},\"authorization_details\":{All}}}", header: Header);

    private static string Actions(string actions) =>
        $$"""[{{{Type}},"actions":{{actions}},"topics":[{"match":"*"}]}]""";

    private static string Topics(string topics) => $$"""[{{{Type}},"actions":["publish"],"topics":{{topics}}}]""";

    private static string Many(int details, int topics)
    {
        var topic = string.Join(',', Enumerable.Repeat("""{"match":"a"}""", topics));
        var entry = $$"""{{{Type}},"actions":["x"],"topics":[{{topic}}]}""";
        return $"[{string.Join(',', Enumerable.Repeat(entry, details))}]";
    }

    private async Task IsRefused(string token, string reason)
    {
        var server = hub.Server;
        var log = server.Services.GetRequiredService<IEventLog>();
        var tail = log.Tail;
        foreach (var what in new[] { "subscribe", "publish" })
        {
            // The log has a limited number of refusals per second.
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            var logged = server.Logs.Entries.Count;
            using var answer = what == "publish"
                ? await server.Post("topic=a&data=secret", Bearer(token))
                : await server.Get($"{HubClient.Path}?topic=a", Bearer(token));
            Assert.Equal(
                "Send a valid token. The hub's log says why this one is not.",
                await answer.Problem(HttpStatusCode.Unauthorized));
            Assert.Equal(hub.Challenge("error=\"invalid_token\", "), answer.Header("WWW-Authenticate"));
            var line = Assert.Single(
                server.Logs.Entries.Skip(logged),
                line => line.Message.StartsWith("Answered", StringComparison.Ordinal));
            Assert.StartsWith(
                $"Answered 401 to a request to {what}: the token (Header) was refused: ",
                line.Message,
                StringComparison.Ordinal);
            Assert.Contains(reason, line.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(line.Message, character => char.IsControl(character));
            if (token.Length > 10) Assert.DoesNotContain(token, line.Message, StringComparison.Ordinal);
        }
        Assert.Equal(tail, log.Tail);
    }
}
