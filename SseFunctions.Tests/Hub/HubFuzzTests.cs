using System.Diagnostics;
using System.Net;
using System.Text;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Random input. Each test starts with the same seed, and is limited in rounds and, after a minimum of rounds,
/// in time.</summary>
public sealed class HubFuzzTests
{
    private const int Rounds = 1000;
    private const int FewestRounds = 50;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private static readonly HashSet<string> ExpectedStatuses =
        ["200", "304", "400", "401", "403", "404", "413", "414", "431"];

    // Character sequences that are difficult for parsers. Single bytes are added to them.
    private static readonly string[] Pieces =
    [
        "%", "%0", "%00", "%0a", "%0d%0a", "%ff", "%c3%28", "%ED%A0%80", "%F0%9F%98%80", "%u0041", "+", "&", "&&", "=",
        "==", ";", "?",
        "#", "{", "}", "{}", "{+x}", "{/x*}", "{x:3}", "{?a,b}", "{{", "*", "**", "..", "//", "\\", "\"", "'", "[", "]",
        ",", ":", "\u00ff",
        "topic=", "&topic=a", "&topic=*", "&id=", "&id=%23", "&type=", "&retry=1", "&retry=", "&private", "&data=",
        "data:", "id:",
        "&lastEventID=", "&lastEventID=earliest", "&authorization=", "earliest", "#1-0", "-1", "99999999999999999999",
        "NaN", "null",
        "/.well-known/mercure",
    ];

    [Fact]
    public async Task Any_query_is_answered()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Subscriptions=true");
        await server.Publish("topic=a&id=known&data=a");
        await Fuzz(server, async random =>
        {
            var query = Mutate(random, random.Next(3) switch
            {
                0 => "topic=a&lastEventID=known",
                1 => "topic=https%3A%2F%2Fe.com%2F%7Bid%7D&topic=*",
                _ => "",
            });
            var path = random.Next(4) == 0 ? $"{HubClient.Path}/subscriptions/{Mutate(random, "a/b")}" : HubClient.Path;
            return await Status(server, "GET", $"{path}?{query}", "");
        });
    }

    [Fact]
    public async Task Any_header_is_answered()
    {
        await using var server = await LocalHostServer.Start(
            null, "Cors:AllowedOrigins=https://app.example", "Hub:PublishOrigins=https://*.example");
        string[] names =
        [
            "Authorization", "Cookie", "Last-Event-ID", "Origin", "Referer", "Content-Type", "Accept",
            "X-Forwarded-For", "If-None-Match",
        ];
        await Fuzz(server, async random =>
        {
            var headers = new StringBuilder();
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                var value = Mutate(random, random.Next(4) switch
                {
                    0 => $"Bearer {Everything}",
                    1 => $"mercureAuthorization={Everything}",
                    2 => "https://app.example/a",
                    _ => "application/x-www-form-urlencoded; charset=utf-8",
                });
                headers.Append(names[random.Next(names.Length)]).Append(": ").Append(Line(value)).Append("\r\n");
            }
            var isPost = random.Next(2) == 0;
            var body = isPost ? "Content-Length: 7\r\n\r\ntopic=a" : "";
            return await Status(server, isPost ? "POST" : "GET", $"{HubClient.Path}?topic=a", headers + body);
        });
    }

    [Fact]
    public async Task Whatever_is_published_each_update_that_is_taken_is_one_event_with_the_answered_id()
    {
        await using var server = await LocalHostServer.Start();
        await using var all = await server.Subscribe("topic=*", Bearer(Jwt.Subscriber("*")));
        var answered = new List<string>();
        await Fuzz(server, async random =>
        {
            var form = Mutate(
                random, $"topic=a&topic=b%2F{random.Next()}&type=tick&id=own-{random.Next()}&retry=5&data=one%0Atwo");
            using var request = Form("", Bearer(Everything));
            var type = request.Content!.Headers.ContentType;
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
            request.Content.Headers.ContentType = type;
            using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK) answered.Add(await answer.Text());
            return ((int)answer.StatusCode).ToString();
        });
        Assert.InRange(answered.Count, 10, Rounds);
        await server.Publish("topic=a&id=the-end");
        var received = new List<string?>();
        while (await all.Next() is var next && next.EventId != "the-end") received.Add(next.EventId);
        // The last update is the one that Fuzz itself publishes.
        Assert.Equal(answered, received.SkipLast(1));
    }

    [Fact]
    public async Task A_token_that_is_changed_in_any_place_is_refused()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Anonymous=false");
        var token =
            Jwt.Mint(new { exp = 4102444800, mercure = new { subscribe = new[] { "a" }, payload = new { a = 1 } } });
        await Fuzz(server, async random =>
        {
            var changed = new StringBuilder(token);
            var at = random.Next(token.Length);
            const string characters = "ABCxyz019-_.=!\"";
            switch (random.Next(3))
            {
                case 0: changed[at] = characters[random.Next(characters.Length)]; break;
                case 1: changed.Remove(at, Math.Min(random.Next(1, 5), token.Length - at)); break;
                default: changed.Insert(at, characters[random.Next(characters.Length)]); break;
            }
            using var answer = await server.Get($"{HubClient.Path}?topic=a", Bearer(changed.ToString()));
            Assert.Equal(
                changed.ToString() == token ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
            return ((int)answer.StatusCode).ToString();
        });
    }

    private static async Task Fuzz(LocalHostServer server, Func<Random, Task<string>> round)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var seed = 0; seed < FewestRounds || (seed < Rounds && Stopwatch.GetElapsedTime(begin) < Longest); seed++)
        {
            var status = await round(new Random(seed));
            Assert.True(ExpectedStatuses.Contains(status), $"{status} with seed {seed}");
        }
        await using var subscription = await server.Subscribe("topic=still-works", Bearer(Jwt.Subscriber("*")));
        await server.Publish("topic=still-works&data=yes");
        Assert.Equal("yes", (await subscription.Next()).Data);
        Assert.Empty(server.Logs.Errors);
    }

    private static async Task<string> Status(LocalHostServer server, string method, string target, string headers)
    {
        using var client = await RawClient.Get(server.Url, headers, method, target.Replace(' ', '+'));
        var answer = await client.Until("\r\n\r\n");
        return answer["HTTP/1.1 ".Length..][..3];
    }

    private static string Mutate(Random random, string text) => TextMutation.Mutate(random, text, Pieces);

    // Replaces the character that a header cannot contain.
    private static string Line(string value) => value.Replace('\u007f', '?');
}
