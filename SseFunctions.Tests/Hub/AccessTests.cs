using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class AccessTests
{
    private const string Topic = $"{HubClient.Path}?topic=a";
    private const string NotAnonymous = "Hub:Anonymous=false";
    private const string Secret = "a-secret-that-no-log-may-hold";
    private const string Foreign = "https://app.example";

    private static readonly string Good =
        Jwt.Mint(new { mercure = new { publish = new[] { "*" }, subscribe = new[] { "*" } } });

    /// <summary>Invalid tokens, and the reason that the log has for each.</summary>
    public static TheoryData<string, string> BadTokens
    {
        get
        {
            var claims = new { mercure = new { publish = new[] { "*" }, subscribe = new[] { "*" }, payload = Secret } };
            var parts = Jwt.Mint(claims).Split('.');
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            return new()
            {
                { Jwt.Mint(new { exp = now - 1, claims.mercure }), "it expired at" },
                { Jwt.Mint(new { exp = 0, claims.mercure }), "it expired at" },
                {
                    Jwt.Mint(new { exp = 0, authorization_details = new[] { Jwt.Detail(["publish"], "*") } }),
                    "it expired at"
                },
                { Jwt.Mint(new { exp = "never", claims.mercure }), "its claim exp is not a number" },
                { Jwt.Mint(new { nbf = now + 1_000_000, claims.mercure }), "it is not valid before" },
                {
                    Jwt.Mint(claims, "another-key-that-is-long-enough-for-it"),
                    "its signature does not match Hub:Publisher:Key"
                },
                { Jwt.Mint(claims, algorithm: "none"), "it has no signature" },
                { Jwt.Mint(claims, algorithm: "none") + parts[2], "it is not signed (its alg is none)" },
                {
                    Jwt.Mint(claims, algorithm: "HS512"),
                    "it is signed with HS512, but Hub:Publisher:Algorithm is HS256"
                },
                {
                    $"{parts[0]}.{Jwt.Mint(new { sub = "other" }).Split('.')[1]}.{parts[2]}",
                    "its signature does not match"
                },
                { $"{parts[0]}.{parts[1]}.", "it has no signature" },
                { $"{parts[0]}.{parts[1]}", "it is not three" },
                { $"\"{Jwt.Mint(claims)}\"", "it is in quotes" },
                { $"Bearer {Jwt.Mint(claims)}", "it starts with 'Bearer '" },
                { Secret, "it is not three" },
                { Jwt.Mint(new { mercure = Secret }), "its claim mercure is not a JSON object" },
                {
                    Jwt.Mint(new { mercure = new { subscribe = Secret } }),
                    "its claim mercure.subscribe is not an array"
                },
                { Jwt.Mint(new { mercure = new { publish = new[] { 1 } } }), "its claim mercure.publish has an item" },
                { Jwt.Mint(new[] { 1 }), "its payload is not a JSON object" },
                {
                    Jwt.Mint(new { aud = "https://payroll.example", claims.mercure }),
                    "it is for 'https://payroll.example' (aud), but Hub:Publisher:Audience is not set"
                },
                {
                    Jwt.Mint(new { aud = new[] { "a", "b" }, claims.mercure }),
                    "it is for 'a', 'b' (aud), but Hub:Publisher:Audience is not set"
                },
                { Jwt.Mint(new { aud = 7, claims.mercure }), "its claim aud is not a string or an array of strings" },
            };
        }
    }

    [Fact]
    public async Task Nobody_subscribes_without_a_token_unless_that_is_allowed()
    {
        await using var server = await LocalHostServer.Start(null, NotAnonymous);
        using var answer = await server.Get(Topic);
        await AssertTellsNothing(answer);
        await server.Logs.First("Answered 401 to a request to subscribe: there is no token, and Hub:Anonymous is off");
        await using var known = await server.Subscribe("topic=a", Bearer(Jwt.Mint(new { })));
        await server.Publish("topic=a&data=public");
        Assert.Equal("public", (await known.Next()).Data);
    }

    [Fact]
    public async Task That_keys_cannot_be_fetched_is_said_at_start()
    {
        await using var server = await LocalHostServer.Start(
            null, "Hub:Publisher:Key=", "Hub:Publisher:Algorithm=RS256",
            "Hub:Publisher:JwksUri=http://127.0.0.1:1/keys",
            "Hub:Publisher:Issuer=https://login.example/", "Hub:Publisher:Audience=https://hub.example");
        await server.Logs.First("The keys of Hub:Publisher:JwksUri could not be fetched");
    }

    [Fact]
    public async Task Nobody_publishes_without_a_token()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Post("topic=a&data=a");
        await AssertTellsNothing(answer);
        await server.Logs.First("Answered 401 to a request to publish: there is no token");
        Assert.Empty(await server.Held("a"));
    }

    [Fact]
    public async Task Without_a_key_publishing_is_off_and_says_so()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Publisher:Key=");
        using var answer = await server.Post("topic=a&data=a", Bearer(Good));
        Assert.Equal(
            "No token can allow this, because no key is set: set Hub:Issuers or Hub:Publisher:Key or "
                + "Hub:Publisher:JwksUri.",
            await answer.Problem(HttpStatusCode.Forbidden));
        await server.Logs.First("Only the app's own code can publish: no key is set. To allow clients with a token");
        await using var anonymous = await server.Subscribe("topic=a&lastEventID=earliest");
        using var subscriber = await server.Get(Topic, Bearer(Good));
        await AssertTellsNothing(subscriber);
        AssertHoldNone(server, Good);
    }

    [Theory]
    [InlineData("Hub:Publisher:Key=short", "Hub:Publisher:Key has 40 bits")]
    [InlineData("Hub:Subscriber:Key=short", "Hub:Subscriber:Key has 40 bits")]
    public async Task What_is_odd_about_the_keys_is_said_at_start(string setting, string warning)
    {
        await using var server = await LocalHostServer.Start(null, setting);
        var said = Assert.Single(server.Logs.Warnings);
        Assert.Equal(LogLevel.Warning, said.Level);
        Assert.StartsWith(warning, said.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_bad_token_is_401_even_where_none_is_needed_and_the_log_alone_says_why(
        string token, string reason)
    {
        await using var server = await LocalHostServer.Start();
        using var subscribe = await server.Get(Topic, Bearer(token));
        await AssertTellsNothing(subscribe);
        await server.Logs.First($"Answered 401 to a request to subscribe: the token (Header) was refused: {reason}");
        using var publish = await server.Post($"topic=a&data={Secret}", Bearer(token));
        await AssertTellsNothing(publish);
        await server.Logs.First($"Answered 401 to a request to publish: the token (Header) was refused: {reason}");
        AssertHoldNone(server, [token, .. token.Split('.').Where(part => part.Length > 20)]);
        Assert.Empty(await server.Held("a"));
    }

    [Theory]
    [InlineData("Hub:Dialects=0.x")]
    [InlineData("Hub:Dialects=1.0,0.x")]
    public async Task A_token_of_0_x_has_no_rights_of_1_0(string dialects)
    {
        await using var server = await LocalHostServer.Start(null, [dialects, .. Jwt.Trusted]);
        var exp = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var details = Jwt.Detail(["publish", "subscribe"], "*");
        foreach (var claim in new object[] { new[] { details }, details, 7, "a", new[] { 7 } })
        {
            using var answer = await server.Post(
                "topic=a&data=a", Bearer(Jwt.Mint(new { exp, authorization_details = claim })));
            Assert.NotEmpty(await answer.Problem(HttpStatusCode.Forbidden));
        }
        await server.Logs.First("it has no claim mercure, so it gives no rights");
        Assert.Empty(await server.Held("a"));
    }

    [Theory]
    [InlineData("Basic dTpw", "does not start with 'Bearer '")]
    [InlineData("Bearer", "has nothing after 'Bearer'")]
    [InlineData("", "does not start with 'Bearer '")]
    public async Task An_Authorization_header_that_is_none_of_ours_is_401(string value, string reason)
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(new Uri(server.Url, Topic), $"Authorization: {value}\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
        await server.Logs.First(reason);
    }

    [Fact]
    public async Task Two_Authorization_headers_are_401_though_both_be_good()
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(
            new Uri(server.Url, Topic), $"Authorization: Bearer {Good}\r\nAuthorization: Bearer {Good}\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
        await server.Logs.First("there is more than one Authorization header");
    }

    [Theory]
    [InlineData("good", null, null, true)]
    [InlineData(null, "good", null, true)]
    [InlineData(null, null, "good", true)]
    [InlineData("good", "bad", "bad", true)]
    [InlineData(null, "good", "bad", true)]
    [InlineData("bad", "good", "good", false)]
    [InlineData(null, "bad", "good", false)]
    [InlineData(null, "", "good", true)]
    [InlineData(null, null, "bad", false)]
    [InlineData(null, null, null, false)]
    public async Task The_header_wins_over_the_query_and_the_query_over_the_cookie(
        string? header, string? query, string? cookie, bool isLetIn)
    {
        await using var server = await LocalHostServer.Start(null, NotAnonymous);
        static string Token(string name) => name == "good" ? Good : name;
        var headers = new List<(string, string)> { ("Origin", server.Url.GetLeftPart(UriPartial.Authority)) };
        if (header is not null) headers.Add(Bearer(Token(header)));
        if (cookie is not null) headers.Add(("Cookie", $"other=1; mercureAuthorization={Token(cookie)}"));
        var parameter = query is null ? "" : $"authorization={Token(query)}";
        var expected = isLetIn ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;

        using var subscribe = await server.Get($"{Topic}&{parameter}", [.. headers]);
        Assert.Equal(expected, subscribe.StatusCode);
        using var request = Form("topic=a", [.. headers]);
        request.RequestUri = new Uri($"{HubClient.Path}?{parameter}", UriKind.Relative);
        using var publish = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, publish.StatusCode);
        AssertHoldNone(server, Good);
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_schemes_name_may_be_of_any_case(string scheme)
    {
        await using var server = await LocalHostServer.Start(null, NotAnonymous);
        using var answer = await server.Get(Topic, ("Authorization", $"{scheme} {Good}"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_cookie_has_the_name_of_the_setting()
    {
        await using var server = await LocalHostServer.Start(null, NotAnonymous, "Hub:Cookie=mine");
        using var named = await server.Get(Topic, ("Cookie", $"mine={Good}"));
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
        using var other = await server.Get(Topic, ("Cookie", $"mercureAuthorization={Good}; MINE={Good}"));
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Theory]
    [InlineData("", "OWN", null, true)]
    [InlineData("", null, "OWN/page?x", true)]
    [InlineData("", null, null, false)]
    [InlineData("", "null", null, false)]
    [InlineData("", Foreign, null, false)]
    [InlineData("", Foreign, "OWN/page", false)]
    [InlineData("", null, Foreign + "/page", false)]
    [InlineData("", "OWN.evil.example", null, false)]
    [InlineData(Foreign, Foreign, null, true)]
    [InlineData(Foreign, null, Foreign + "/page", true)]
    [InlineData(Foreign, "http://app.example", null, false)]
    [InlineData(Foreign, "https://app.example:8443", null, false)]
    [InlineData(Foreign, "https://app.example.evil.example", null, false)]
    [InlineData("https://other.example,https://*.example", Foreign, null, true)]
    [InlineData("https://*.app.example", Foreign, null, false)]
    [InlineData("*", Foreign, null, true)]
    [InlineData("*", "null", null, false)]
    [InlineData("*", null, null, false)]
    public async Task Only_an_allowed_page_publishes_with_the_cookie(
        string allowed, string? origin, string? referer, bool isAllowed)
    {
        await using var server = await LocalHostServer.Start(null, $"Hub:PublishOrigins={allowed}");
        var own = server.Url.GetLeftPart(UriPartial.Authority);
        var headers = new List<(string, string)> { ("Cookie", $"mercureAuthorization={Good}") };
        if (origin is not null) headers.Add(("Origin", origin.Replace("OWN", own)));
        if (referer is not null) headers.Add(("Referer", referer.Replace("OWN", own)));
        using var answer = await server.Post("topic=a&data=a", [.. headers]);
        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(isAllowed ? ["a"] : [], await server.Held("a"));
        if (!isAllowed) await server.Logs.First("Answered 403 to a request to publish: the token came in a cookie");
    }

    [Fact]
    public async Task The_page_does_not_matter_where_it_sends_the_token_itself_or_only_subscribes()
    {
        await using var server = await LocalHostServer.Start(null, NotAnonymous);
        using var publish = await server.Post("topic=a", Bearer(Good), ("Origin", Foreign));
        Assert.Equal(HttpStatusCode.OK, publish.StatusCode);
        using var subscribe = await server.Get(Topic, ("Cookie", $"mercureAuthorization={Good}"), ("Origin", Foreign));
        Assert.Equal(HttpStatusCode.OK, subscribe.StatusCode);
    }

    [Fact]
    public async Task Publishers_and_subscribers_may_have_keys_of_their_own()
    {
        const string key = "the-key-of-subscribers-which-is-another";
        await using var server = await LocalHostServer.Start(
            null, NotAnonymous, $"Hub:Subscriber:Key={key}", "Hub:Subscriber:Algorithm=HS384");
        var token =
            Jwt.Mint(new { mercure = new { publish = new[] { "*" }, subscribe = new[] { "*" } } }, key, "HS384");
        using var subscribe = await server.Get(Topic, Bearer(token));
        Assert.Equal(HttpStatusCode.OK, subscribe.StatusCode);
        using var publish = await server.Post("topic=a", Bearer(token));
        await AssertTellsNothing(publish);
        using var mixedUp = await server.Get(Topic, Bearer(Jwt.Mint(new { }, Jwt.Key, "HS384")));
        await AssertTellsNothing(mixedUp);
        AssertHoldNone(server, token, key);
    }

    [Fact]
    public async Task A_token_must_name_the_issuer_and_the_audience_that_are_set()
    {
        await using var server = await LocalHostServer.Start(
            null, NotAnonymous, "Hub:Publisher:Issuer=https://login.example",
            "Hub:Publisher:Audience=https://hub.example");
        var mercure = new { publish = new[] { "*" } };
        var aud = new[] { "https://hub.example", "https://payroll.example" };
        var good = Jwt.Mint(new { iss = "https://login.example", aud, mercure });
        using var publish = await server.Post("topic=a&data=a", Bearer(good));
        Assert.Equal(HttpStatusCode.OK, publish.StatusCode);
        using var subscribe = await server.Get(Topic, Bearer(good));
        Assert.Equal(HttpStatusCode.OK, subscribe.StatusCode);
        foreach (var (claims, reason) in new (object, string)[]
        {
            (new { mercure }, "it does not name its issuer (iss), but Hub:Publisher:Issuer is 'https://login.example'"),
            (new { iss = "https://login.example", mercure }, "it does not name its audience (aud)"),
            (
                new { iss = "https://login.example", aud = "https://payroll.example" },
                "it is for 'https://payroll.example' (aud)"
            ),
            (
                new { iss = "https://evil.example", aud = "https://hub.example" },
                "its issuer is 'https://evil.example' (iss)"
            ),
        })
        {
            using var refused = await server.Get(Topic, Bearer(Jwt.Mint(claims)));
            await AssertTellsNothing(refused);
            await server.Logs.First(
                $"Answered 401 to a request to subscribe: the token (Header) was refused: {reason}");
        }
    }

    [Fact]
    public async Task Each_role_has_its_own_audience()
    {
        const string key = "the-key-of-subscribers-which-is-another";
        await using var server = await LocalHostServer.Start(
            null, NotAnonymous, $"Hub:Subscriber:Key={key}", "Hub:Subscriber:Audience=https://hub.example/read");
        using var subscribe = await server.Get(Topic, Bearer(Jwt.Mint(new { aud = "https://hub.example/read" }, key)));
        Assert.Equal(HttpStatusCode.OK, subscribe.StatusCode);
        using var unnamed = await server.Get(Topic, Bearer(Jwt.Mint(new { }, key)));
        await AssertTellsNothing(unnamed);
        using var publish = await server.Post("topic=a&data=a", Bearer(Good));
        Assert.Equal(HttpStatusCode.OK, publish.StatusCode);
    }

    [Theory]
    [InlineData(
        "Hub:Publisher:JwksUri is set, but Hub:Publisher:Issuer is not",
        "Hub:Publisher:Key=",
        "Hub:Publisher:Algorithm=RS256",
        "Hub:Publisher:JwksUri=https://a.example/jwks",
        "Hub:Publisher:Audience=a")]
    [InlineData(
        "Hub:Subscriber:JwksUri is set, but Hub:Subscriber:Audience is not",
        "Hub:Subscriber:Algorithm=RS256",
        "Hub:Subscriber:JwksUri=https://a.example/jwks",
        "Hub:Subscriber:Issuer=i")]
    [InlineData(
        "Hub:Subscriber:Audience is set, but Hub:Subscriber has no key", "Hub:Subscriber:Audience=https://hub.example")]
    [InlineData("Hub:Publisher:Keys:1 is blank", "Hub:Publisher:Keys:0=good", "Hub:Publisher:Keys:1= ")]
    [InlineData("Hub:Subscriber:Keys:0 is not PEM", "Hub:Subscriber:Keys=a secret", "Hub:Subscriber:Algorithm=ES256")]
    public async Task Settings_that_let_in_too_many_or_nobody_are_refused_at_start(
        string expected, params string[] settings)
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => LocalHostServer.Start(null, settings));
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
        Assert.Single(exception.Failures);
    }

    [Theory]
    [InlineData("Hub:Publisher:Keys:0=the,new,secret", "Hub:Publisher:Keys:1=another", "the,new,secret")]
    [InlineData("Hub:Publisher:Keys:0=another", "Hub:Publisher:Keys:7=the,new,secret", "the,new,secret")]
    [InlineData("Hub:Publisher:Keys=the,new,secret", "Hub:Publisher:Keys:0=", "the,new,secret")]
    public async Task Keys_are_rotated_one_beside_the_other(string first, string second, string added)
    {
        await using var server = await LocalHostServer.Start(null, first, second);
        foreach (var key in new[] { Jwt.Key, added })
        {
            using var answer = await server.Post(
                "topic=a&data=a", Bearer(Jwt.Mint(new { mercure = new { publish = new[] { "*" } } }, key)));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        foreach (var key in new[] { "the", "secret", $"{Jwt.Key},{added}" })
        {
            using var answer = await server.Post(
                "topic=a&data=a", Bearer(Jwt.Mint(new { mercure = new { publish = new[] { "*" } } }, key)));
            await AssertTellsNothing(answer);
        }
        AssertHoldNone(server, added);
    }

    [Fact]
    public async Task A_short_secret_works_and_is_warned_of()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Publisher:Key=!ChangeMe!");
        using var answer = await server.Post(
            "topic=a", Bearer(Jwt.Mint(new { mercure = new { publish = new[] { "*" } } }, "!ChangeMe!")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var warning = await server.Logs.First("Hub:Publisher:Key has 80 bits");
        Assert.Equal(LogLevel.Warning, warning.Level);
        AssertHoldNone(server, "!ChangeMe!");
    }

    [Fact]
    public async Task The_claim_may_have_its_long_name()
    {
        await using var server = await LocalHostServer.Start();
        var claims = new Dictionary<string, object> { ["https://mercure.rocks/"] = new { publish = new[] { "a" } } };
        using var answer = await server.Post("topic=a", Bearer(Jwt.Mint(claims)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("{}", "it has no claim mercure")]
    [InlineData("{\"mercure\":{\"subscribe\":[\"*\"]}}", "its claim mercure.publish is absent or empty")]
    [InlineData("{\"mercure\":{\"publish\":[]}}", "its claim mercure.publish is absent or empty")]
    [InlineData("{\"mercure\":{\"publish\":null}}", "its claim mercure.publish is absent or empty")]
    [InlineData(
        "{\"mercure\":{\"publish\":[\"b\",\"c\"]}}", "none of the 2 selectors of its claim mercure.publish matches")]
    public async Task A_token_without_the_right_is_403_and_the_log_says_why(string claims, string reason)
    {
        await using var server = await LocalHostServer.Start();
        var token = Jwt.Mint(System.Text.Json.JsonDocument.Parse(claims).RootElement);
        using var answer = await server.Post($"topic=a&data={Secret}", Bearer(token));
        Assert.Equal(
            "The token gives no right to publish to all of these topics.",
            await answer.Problem(HttpStatusCode.Forbidden));
        await server.Logs.First($"Answered 403 to a request to publish: {reason}");
        AssertHoldNone(server, token);
        Assert.Empty(await server.Held("a"));
    }

    [Fact]
    public async Task Who_may_not_publish_learns_that_before_what_else_is_wrong()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Post("not a form at all%ff");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_of_1_0_does()
    {
        const string hub = "https://hub.example/.well-known/mercure";
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await LocalHostServer.Start(
            time, [.. Jwt.Trusted, $"Hub:ResourceId={hub}", "Streaming:MaxDuration=0"]);
        var token = Jwt.MintAccess(new
        {
            iss = Jwt.Issuer,
            aud = hub,
            exp = time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
            authorization_details = new[] { Jwt.Detail(["subscribe"], "a") },
        });
        await using var subscription = await server.Subscribe("match=a", Bearer(token));
        time.Advance(TimeSpan.FromMinutes(4));
        await server.Publish("topic=a&data=in+time&private");
        Assert.Equal("in time", (await subscription.Next()).Data);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await subscription.UntilEnd());
        await server.Logs.First("A stream of hub ended: expired, after 1 events");
        using var again = await server.Get($"{HubClient.Path}?match=a", Bearer(token));
        await again.Problem(HttpStatusCode.Unauthorized);
        Assert.Contains("error=\"invalid_token\"", again.Header("WWW-Authenticate"), StringComparison.Ordinal);
        await server.Logs.First("it expired at 2030-01-01 00:05:00.000 UTC");
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_does_and_the_token_is_worth_nothing_then()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await LocalHostServer.Start(time, "Streaming:MaxDuration=0");
        var token = Jwt.Mint(new
        {
            exp = time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
            mercure = new { subscribe = new[] { "a" } },
        });
        await using var subscription = await server.Subscribe("topic=a", Bearer(token));
        await using var unlimited = await server.Subscribe("topic=a");
        time.Advance(TimeSpan.FromMinutes(4));
        await server.Publish("topic=a&data=in+time");
        Assert.Equal("in time", (await subscription.Next()).Data);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await subscription.UntilEnd());
        await server.Logs.First("A stream of hub ended: expired, after 1 events");
        using var again = await server.Get(Topic, Bearer(token));
        await AssertTellsNothing(again);
        await server.Logs.First("it expired at 2030-01-01 00:05:00.000 UTC, now is 2030-01-01 00:05:00.000 UTC (exp)");
        await server.Publish("topic=a&data=later");
        Assert.Equal(["in time", "later"], await unlimited.Next(2));
        AssertHoldNone(server, token);
    }

    [Fact]
    public async Task No_log_holds_a_token_a_key_a_payload_or_data_whatever_happens()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Subscriptions=true");
        var all = new[] { "*" };
        var token = Jwt.Mint(
            new { mercure = new { publish = all, subscribe = all, payload = new { secret = Secret } } });
        await using (var subscription = await server.Subscribe($"topic=a&authorization={token}"))
        {
            using var answer = await server.Post($"topic=a&private&data={Secret}&id=1", Bearer(token));
            Assert.Equal(Secret, (await subscription.Next()).Data);
        }
        using var bad = await server.Post($"topic=a&data={Secret}&retry={Secret}", Bearer(token));
        using var bearer = await server.Get($"{Topic}&authorization=Bearer%20{token}");
        await server.Logs.First("ended: client_gone");
        AssertHoldNone(server, [token, .. token.Split('.')]);
    }

    private static async Task AssertTellsNothing(HttpResponseMessage answer)
    {
        Assert.Matches(
            "^Send a (token|valid token\\. The hub's log says why this one is not)\\.$",
            await answer.Problem(HttpStatusCode.Unauthorized));
        Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
    }

    private static void AssertHoldNone(LocalHostServer server, params string[] secrets)
    {
        foreach (var text in server.Logs.Entries.Select(line => $"{line.Message} {line.Exception}"))
            Assert.All(
                [Jwt.Key, Secret, .. secrets], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }
}
