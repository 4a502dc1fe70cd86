using System.Diagnostics;
using System.Net;
using System.Text;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Random input of Mercure 1.0. Each test starts with the same seed, and is limited in rounds and, after a
/// minimum of rounds, in time.</summary>
public sealed class MatchFuzzTests
{
    private const int Rounds = 1000;
    private const int FewestRounds = 50;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    private static readonly string[] Pieces =
    [
        "%", "%0", "%00", "%0a", "%ff", "%c3%28", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%8B", "%C2%AD", "+", "&", "&&",
            "=", "==", ";",
        "?", "#", "{", "}", "{}", "(", ")", "(.*)", "([a-z", ":", ":x", ":x(", "*", "**", "..", "/../", "/./", "//",
            "\\", "%5C", "[", "]",
        "[::1]", "0x7f.1", "xn--", "https://", "file:", "data:", "&match=", "&match_exact=", "&match_urlpattern=",
            "&match_x=", "&MATCH=",
        "&topic=", "&topic=%7Bx%7D", "&last_event_id=", "&last_event_id=known", "&lastEventID=", "earliest", "mercure",
            "*&", "&id=", "&type=",
        "&retry=", "&private", "/.well-known/mercure", "\u00ff",
    ];

    [Fact]
    public async Task Any_query_and_any_path_is_answered()
    {
        await using var server = await LocalHostServer.Start(null, ["Hub:Subscriptions=true",
            .. AccessTokens.Settings]);
        await server.Publish("topic=a&id=known&data=a");
        await Fuzz(server, async random =>
        {
            var query = Mutate(random, random.Next(3) switch
            {
                0 => "match=a&last_event_id=known",
                1 => "match_urlpattern=https%3A%2F%2Fe.com%2F%3Aid&match_exact=*",
                _ => "match_urlpattern=/a/(b|c)/:d?",
            });
            var path = random.Next(4) == 0
                ? $"{HubClient.Path}/subscriptions/{Mutate(random, "exact/a/b")}"
                : HubClient.Path;
            return await Status(server, "GET", $"{path}?{query}",
                $"Authorization: Bearer {AccessTokens.SubscribeAll}\r\n", "");
        });
    }

    [Fact]
    public async Task Any_body_of_a_QUERY_is_answered()
    {
        await using var server = await LocalHostServer.Start(null, AccessTokens.Settings);
        await Fuzz(server, async random =>
        {
            var body = Mutate(random, "match=a&match_urlpattern=/a/:b&last_event_id=known");
            var type = random.Next(8) == 0 ? Mutate(random, "application/x-www-form-urlencoded").Replace('\u007f',
                '?') : "application/x-www-form-urlencoded";
            return await Status(
                server, "QUERY", $"{HubClient.Path}?{Mutate(random, "match=b")}",
                    $"Content-Type: {type}\r\nContent-Length: {body.Length}\r\n", body);
        });
    }

    [Fact]
    public async Task Whatever_is_published_each_update_that_is_taken_is_one_event_with_the_answered_id()
    {
        await using var server = await LocalHostServer.Start(null, AccessTokens.Settings);
        await using var all = await server.Subscribe("match=*", Bearer(AccessTokens.SubscribeAll));
        await using var pattern = await server.Subscribe("match_urlpattern=*://*/*&match_urlpattern=*:*",
            Bearer(AccessTokens.SubscribeAll));
        var answered = new List<string>();
        await Fuzz(server, async random =>
        {
            var url = $"https://e.com/{random.Next()}";
            var form = Mutate(random, $"topic=a&topic={url}&type=tick&id=own-{random.Next()}&retry=5&data=one%0Atwo");
            using var request = Form("", Bearer(AccessTokens.PublishAll));
            var type = request.Content!.Headers.ContentType;
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
            request.Content.Headers.ContentType = type;
            using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK) answered.Add(await answer.Text());
            return (int)answer.StatusCode;
        });
        Assert.InRange(answered.Count, 10, Rounds);
        await server.Publish("topic=a&id=the-end");
        var received = new List<string?>();
        while (await all.Next() is var next && next.EventId != "the-end") received.Add(next.EventId);
        // The last update is the one that Fuzz itself publishes.
        Assert.Equal(answered, received.SkipLast(1));
    }

    private static async Task Fuzz(LocalHostServer server, Func<Random, Task<int>> round)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var seed = 0; seed < FewestRounds || (seed < Rounds && Stopwatch.GetElapsedTime(begin) < Longest); seed++)
        {
            var status = await round(new Random(seed));
            var isExpected = status is 200 or (>= 400 and < 500);
            Assert.True(isExpected, $"{status} with seed {seed}: {string.Join(' ', server.Logs.Errors)}");
        }
        await using var subscription = await server.Subscribe("match=still-works");
        await server.Publish("topic=still-works&data=yes");
        Assert.Equal("yes", (await subscription.Next()).Data);
        Assert.Empty(server.Logs.Errors);
    }

    private static async Task<int> Status(LocalHostServer server, string method, string target, string headers,
        string body)
    {
        using var client = await RawClient.Get(server.Url, headers, method, target.Replace(' ', '+'), body: body);
        var answer = await client.Until("\r\n\r\n");
        return int.Parse(answer["HTTP/1.1 ".Length..][..3], null);
    }

    private static string Mutate(Random random, string text) => TextMutation.Mutate(random, text, Pieces);
}
