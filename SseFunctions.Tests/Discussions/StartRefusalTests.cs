using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Starts that are refused because of a number or an id, and what their clients are told to change.</summary>
public sealed class StartRefusalTests
{
    private const string IdTitle =
        "Use an id of 1 to 64 characters of A-Z, a-z, 0-9, - and _, other than models.";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Seven_participants_are_too_many()
    {
        var request = DiscussionClient.Request();
        request["participants"] = Enumerable.Range(1, 7).Select(number => new { name = $"P{number}" }).ToArray();
        await using var server = await Start();
        using var answer = await server.Http.PostAsJsonAsync("/discussions", request, Test);
        Assert.Equal("Send 2 to 6 participants, not 7.", await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_persona_of_2001_units_is_too_long()
    {
        var request = DiscussionClient.Request();
        request["participants"] = new object[]
        {
            new { name = "Ada", persona = new string('a', 2000) },
            new { name = "Bob", persona = new string('b', 2001) },
        };
        await using var server = await Start();
        using var answer = await server.Http.PostAsJsonAsync("/discussions", request, Test);
        Assert.Equal(
            "persona has 2001 characters: shorten it to 2000 or fewer.",
            await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("", "There is no field turns in the body: use topic, participants, limits, private, unattended.")]
    [InlineData("limits", "There is no field turn in limits: use turns, tokens, minutes.")]
    [InlineData("participants", "There is no field Persona in participant 2: use id, name, persona, model.")]
    public async Task A_field_that_does_not_exist_is_refused(string place, string title)
    {
        var request = DiscussionClient.Request();
        if (place.Length == 0) request["turns"] = 3;
        if (place == "limits") request["limits"] = new { turn = 3 };
        if (place == "participants")
        {
            request["participants"] =
                new object[] { new { name = "Ada" }, new { name = "Bob", Persona = "a skeptic" } };
        }
        await using var server = await Start();
        using var answer = await server.Http.PostAsync(
            "/discussions", new StringContent(JsonSerializer.Serialize(request), null, "application/json"), Test);
        Assert.Equal(title, await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("a.b")]
    [InlineData("caf%C3%A9")]
    [InlineData("Models")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg")]
    public async Task An_id_of_other_characters_or_lengths_is_refused(string id)
    {
        await using var server = await Start();
        using var answer = await server.Http.PutAsJsonAsync($"/discussions/{id}", DiscussionClient.Request(), Test);
        Assert.Equal(IdTitle, await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_client_that_has_started_too_many_is_told_when_to_come_again()
    {
        await using var server = await Start(
            "Discussions:MaxStartsPerMinute=1", "Discussions:MaxConcurrentPerClient=0");
        await server.Http.Start();
        using var second = await server.Http.PostAsJsonAsync("/discussions", DiscussionClient.Request(), Test);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Contains("You have reached the limit of starts", await second.Text(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(30), second.Headers.RetryAfter?.Delta);
    }

    private static Task<LocalHostServer> Start(params string[] settings) =>
        LocalHostServer.Start(settings: ["Discussions:Anonymous=true", .. settings]);
}
