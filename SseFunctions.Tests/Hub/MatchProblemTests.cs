using System.Net;
using System.Text.Json;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Malformed parameters of subscriptions: each is answered with what to change, and nobody is
/// subscribed.</summary>
public sealed class MatchProblemTests(AccessTokenHubFixture hub) : IClassFixture<AccessTokenHubFixture>
{
    private const string Reserved = "match, match_exact or match_urlpattern";
    private const string Missing = "match or topic is missing";
    private const string Control = "control or format character";

    private readonly LocalHostServer _server = hub.Server;

    [Theory]
    [InlineData("", Missing)]
    [InlineData("?", Missing)]
    [InlineData("?&&&", Missing)]
    [InlineData("?match", Missing)]
    [InlineData("?match=", Missing)]
    [InlineData("?match_exact=&match=", Missing)]
    [InlineData("?other=a", Missing)]
    [InlineData("?last_event_id=earliest", Missing)]
    [InlineData("?xmatch=a", Missing)]
    [InlineData("?%20match=a", Missing)]
    [InlineData("?MATCH=a", Reserved)]
    [InlineData("?Match=a", Reserved)]
    [InlineData("?match=a&MATCH=a", Reserved)]
    [InlineData("?match=a&matcH_exact=b", Reserved)]
    [InlineData("?match=a&match_EXACT=b", Reserved)]
    [InlineData("?match=a&matches", Reserved)]
    [InlineData("?match=a&match%5B%5D=b", Reserved)]
    [InlineData("?match=a&match[]=b", Reserved)]
    [InlineData("?match=a&match.x=b", Reserved)]
    [InlineData("?match=a&match_uritemplate=b", Reserved)]
    [InlineData("?match=a&match_regexp=b", Reserved)]
    [InlineData("?match=a&match_urlpattern%20=b", Reserved)]
    [InlineData("?match=a&match_=b", Reserved)]
    [InlineData("?match=a&m%61tch_x=b", Reserved)]
    [InlineData("?match=a&%4D%41TCH=b", Reserved)]
    [InlineData("?match=a&match%00=b", Reserved)]
    [InlineData("?topic=a&match_type=exact", Reserved)]
    [InlineData("?match=a%00b", Control)]
    [InlineData("?match=a%0Ab", Control)]
    [InlineData("?match=a%09b", Control)]
    [InlineData("?match=%7F", Control)]
    [InlineData("?match=a%C2%80", Control)]
    [InlineData("?match=a%C2%9F", Control)]
    [InlineData("?match=a%C2%AD", Control)]
    [InlineData("?match=a%E2%80%8B", Control)]
    [InlineData("?match=a%E2%80%8D", Control)]
    [InlineData("?match=%E2%80%AEa", Control)]
    [InlineData("?match=%EF%BB%BFa", Control)]
    [InlineData("?match=a%F0%91%82%BD", Control)]
    [InlineData("?match=a%F3%A0%80%81", Control)]
    [InlineData("?match_exact=a%E2%80%8B", Control)]
    [InlineData("?match_urlpattern=/a%E2%80%8B", Control)]
    [InlineData("?topic=a&match=b%0A", Control)]
    [InlineData("?match=%ff%fe", "not valid UTF-8")]
    [InlineData("?match=%c3", "not valid UTF-8")]
    [InlineData("?match=%ED%A0%80", "not valid UTF-8")]
    [InlineData("?match=%C0%AF", "not valid UTF-8")]
    [InlineData("?match=a&x=%c3", "not valid UTF-8")]
    [InlineData("?match%ff=a", "not valid UTF-8")]
    [InlineData("?match_urlpattern=/(", "match_urlpattern is not a URL pattern")]
    [InlineData("?match=a&match_urlpattern=https://e.com/(a", "match_urlpattern is not a URL pattern")]
    [InlineData("?match=a&topic=", "A topic must have 1 to 4096 characters")]
    [InlineData("?match=a&topic=%00", "control character")]
    public async Task Says_what_to_change(string query, string title)
    {
        using var answer = await _server.Get(HubClient.Path + query);
        Assert.Contains(title, await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_problem_nobody_is_subscribed()
    {
        const string root = $"{HubClient.Path}/subscriptions/*";
        await using var server =
            await LocalHostServer.Start(null, ["Hub:Subscriptions=true", .. AccessTokens.Settings]);
        string[] queries =
        [
            "?match=a&MATCH=b", "?match=a&match_x=b", "?match=a&match=b%00", "?match=a&match=%ff",
            "?match=a&match_urlpattern=/(", "?match=a&topic=", $"?match=a&match={new string('b', 4097)}",
            $"?match=a{Patterns(6)}",
        ];
        foreach (var query in queries)
        {
            using var answer = await server.Get(HubClient.Path + query);
            Assert.NotEmpty(await answer.Problem(HttpStatusCode.BadRequest));
        }
        // The log would have an earlier update for each subscription.
        await using var watcher = await server.Subscribe(
            $"match_urlpattern={root}&last_event_id=earliest", Bearer(AccessTokens.Subscriber($"~{root}")));
        using var first = JsonDocument.Parse((await watcher.Next()).Data);
        Assert.Equal(root, first.RootElement.GetProperty("match").GetString());
    }

    [Theory]
    [InlineData(5, 0, null)]
    [InlineData(6, 0, "The URL patterns and URI Templates are too complex together: name fewer or simpler ones.")]
    [InlineData(4, 1, null)]
    [InlineData(4, 2, "The URL patterns and URI Templates are too complex together: name fewer or simpler ones.")]
    [InlineData(0, 5, null)]
    [InlineData(0, 6, "The URI Templates are too complex together: name fewer or simpler ones.")]
    public async Task All_patterns_and_templates_together_have_a_limit(int patterns, int templates, string? title)
    {
        using var answer = await _server.Get($"{HubClient.Path}?x{Patterns(patterns)}{Templates(templates)}");
        if (title is null) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else Assert.Equal(title, await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("match")]
    [InlineData("match_exact")]
    [InlineData("match_urlpattern")]
    public async Task A_matcher_has_at_most_4096_bytes(string name)
    {
        var most = $"/{new string('a', 4095)}";
        using (var answer = await _server.Get($"{HubClient.Path}?{name}={most}"))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        foreach (var longer in new[] { $"{most}a",
            $"/{string.Concat(Enumerable.Repeat("%C3%A9", 1000))}{new string('a', 2096)}" })
        {
            using var answer = await _server.Get($"{HubClient.Path}?{name}={longer}");
            Assert.Contains($"{name} is longer than 4096 bytes", await answer.Problem(HttpStatusCode.BadRequest),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("?match=a&other=%00&xmatch=b")]
    [InlineData("?match=a&mat%63h=b")]
    [InlineData("?match=a&m%E2%80%8Batch=b")]
    [InlineData("?match=a&match=&match_exact")]
    [InlineData("?match=100%&match=a%2")]
    [InlineData("?match=+&match=%20")]
    [InlineData("?match=😀")]
    public async Task What_it_does_not_know_it_leaves_alone(string query)
    {
        using var answer = await _server.Get(HubClient.Path + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("?match=%3Cscript%3E%01")]
    [InlineData("?match=a&match%3Cscript%3E")]
    [InlineData("?match_urlpattern=/%3Cscript%3E(")]
    public async Task A_problem_does_not_repeat_what_was_sent(string query)
    {
        using var answer = await _server.Get(HubClient.Path + query);
        Assert.DoesNotContain("script", await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0", "?topic=a", "use match")]
    [InlineData("1.0", "?match=a&topic=a", "use match")]
    [InlineData("1.0", "", "match is missing")]
    [InlineData("0.x", "?match=a", "topic is missing")]
    [InlineData("0.x", "?match_urlpattern=a", "topic is missing")]
    [InlineData("0.x", "", "topic is missing")]
    [InlineData("1.0", "?match=a", null)]
    [InlineData("0.x", "?topic=a&MATCH=b&match=%00", null)]
    public async Task A_hub_that_speaks_one_protocol_says_so(string dialect, string query, string? title)
    {
        await using var server = await LocalHostServer.Start(null, $"Hub:Dialects={dialect}");
        using var answer = await server.Get(HubClient.Path + query);
        if (title is null) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else Assert.Contains(title, await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    // Each has 190 steps of the 1,000.
    private static string Patterns(int count) => string.Concat(Enumerable.Range(0, count).Select(
        number => $"&match_urlpattern={Uri.EscapeDataString($"/{number}/((?:a?){{190}})")}"));

    // Each has 198 steps.
    private static string Templates(int count) => string.Concat(Enumerable.Range(0, count).Select(number =>
        $"&topic={Uri.EscapeDataString(number + string.Concat(Enumerable.Repeat("{+a}ab", 40)))}"));
}
