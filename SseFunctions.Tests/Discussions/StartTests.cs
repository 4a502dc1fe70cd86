using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Start requests, good and bad.</summary>
public sealed class StartTests
{
    private const string Anonymous = "Discussions:Anonymous=true";
    private const string Fast = "Discussions:Scripted:WordDelay=00:00:00.002";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_may_be_repeated_with_the_same_body_only()
    {
        await using var server = await Start();
        var request = DiscussionClient.Request();
        using var first = await server.Http.PutAsJsonAsync("/discussions/mine", request, Test);
        using var again = await server.Http.PutAsJsonAsync("/discussions/mine", request, Test);
        using var other = await server.Http.PutAsJsonAsync(
            "/discussions/mine", DiscussionClient.Request("Milk?"), Test);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal("/discussions/mine", first.Headers.Location?.ToString());
        Assert.Equal(await first.Text(), await again.Text());
    }

    [Theory]
    [InlineData("{", 400, "not JSON")]
    [InlineData("[]", 400, "JSON object")]
    [InlineData("{}", 400, "topic")]
    [InlineData("{\"topic\":\"  \"}", 400, "topic")]
    [InlineData("{\"topic\":7}", 400, "Send topic as a text")]
    [InlineData("{\"topic\":\"\\ud800\"}", 400, "")]
    [InlineData("{\"topic\":\"a\"}", 400, "participants")]
    [InlineData("{\"topic\":\"a\",\"participants\":[]}", 400, "2 to 6 participants")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\"}]}", 400, "2 to 6 participants")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\"},{}]}", 400, "name")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\"},3]}", 400, "participant 2")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\"},{\"name\":\"a\"}]}", 400, "the name")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\",\"id\":\"2\"},{\"name\":\"B\"}]}", 400, "the id 2")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\",\"id\":\"a b\"},{\"name\":\"B\"}]}", 400, "the id")]
    [InlineData("{\"topic\":\"a\",\"participants\":[{\"name\":\"A\",\"model\":\"x\"},{\"name\":\"B\"}]}", 400, "x:")]
    public async Task Bad_starts_are_told_what_to_change(string body, int status, string title)
    {
        await using var server = await Start();
        using var answer = await server.Http.Post(body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(title, await answer.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"turns\":0}")]
    [InlineData("{\"turns\":101}")]
    [InlineData("{\"turns\":1.5}")]
    [InlineData("{\"tokens\":50001}")]
    [InlineData("{\"minutes\":\"5\"}")]
    [InlineData("5")]
    public async Task Limits_above_the_settings_are_refused(string limits)
    {
        await using var server = await Start();
        var body = JsonSerializer.Serialize(DiscussionClient.Request()).Replace(
            "{\"turns\":3}", limits, StringComparison.Ordinal);
        using var answer = await server.Http.Post(body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("limits", await answer.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_and_bodies_that_are_too_long_are_refused()
    {
        await using var server = await Start();
        using var topic = await server.Http.Post(
            JsonSerializer.Serialize(DiscussionClient.Request(new string('a', 501))));
        Assert.Equal(HttpStatusCode.BadRequest, topic.StatusCode);
        using var body = await server.Http.Post(new string(' ', 200_000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, body.StatusCode);
        using var form = await server.Http.PostAsync("/discussions", new StringContent("{}"), Test);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
    }

    [Theory]
    [InlineData(
        "Discussions:MaxConcurrentPerClient=1",
        "You have reached the limit of discussions that speak for one client address "
            + "(Discussions:MaxConcurrentPerClient is 1): stop one, or try again when one ends or pauses.")]
    [InlineData(
        "Discussions:MaxConcurrent=1",
        "The app has reached its limit of discussions that speak (Discussions:MaxConcurrent is 1): try again when one "
            + "ends or pauses.")]
    public async Task Beyond_a_limit_a_start_is_told_which_and_when_to_come_again(string setting, string title)
    {
        await using var server = await LocalHostServer.Start(settings: [Anonymous, Fast, setting]);
        var first = await server.Http.Start();
        using var second = await server.Http.Post(JsonSerializer.Serialize(DiscussionClient.Request()));
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(title, JsonDocument.Parse(await second.Text()).RootElement.GetProperty("title").GetString());
        Assert.Equal(TimeSpan.FromSeconds(30), second.Headers.RetryAfter?.Delta);
        await server.Http.Watch(first);
        await server.Http.Start();
    }

    private static Task<LocalHostServer> Start() => LocalHostServer.Start(settings:
    [
        "Discussions:Anonymous=true", "Discussions:MaxConcurrent=100", "Discussions:MaxConcurrentPerClient=100",
        "Discussions:MaxStartsPerMinute=0",
    ]);
}
