using System.Net;
using System.Net.Http.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Topics and names that look empty or alike.</summary>
public sealed class StartTextsTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\u200b")]
    [InlineData(" \u2060\ufeff\u00ad ")]
    [InlineData("\u202e\u0007")]
    [InlineData("\u3164\u2800")]
    [InlineData("\ufe0f")]
    [InlineData("\U000e0041")]
    public async Task A_text_without_a_character_that_can_be_seen_is_no_text(string text)
    {
        await AssertRefused(Request(text, "Ada", "Bob"), "Send topic: a text with a character that can be seen.");
        await AssertRefused(Request("Tea?", "Ada", text), "Send name: a text with a character that can be seen.");
    }

    [Theory]
    [InlineData("Ada", "ada")]
    [InlineData("Ada", "A\u200bda")]
    [InlineData("Ada", "\u200b ADA\u2060")]
    [InlineData("\u202aAda\u202c", "Ada")]
    public async Task Names_that_look_alike_are_refused(string one, string other) =>
        await AssertRefused(Request("Tea?", one, other), "Two participants have the name");

    [Fact]
    public async Task A_name_has_at_most_60_units_and_an_id_32()
    {
        await AssertRefused(Request("Tea?", new string('a', 61), "Bob"), "shorten it to 60");
        var request = Request("Tea?", new string('a', 60), "\ud83d\udc69\u200d\ud83d\udd2c");
        request["participants"] = ((object[])request["participants"]!)
            .Append(new { name = "Cy", id = new string('i', 33) }).ToArray();
        await AssertRefused(request, "shorten it to 32");
        await using var server = await Start();
        // An emoji of several characters that are joined by a format character is a name.
        await server.Http.Start(Request("?", new string('a', 60), "\ud83d\udc69\u200d\ud83d\udd2c"));
    }

    private static Dictionary<string, object?> Request(string topic, string one, string other) => new()
    {
        ["topic"] = topic,
        ["participants"] = new object[] { new { name = one }, new { name = other } },
    };

    private static async Task AssertRefused(Dictionary<string, object?> request, string title)
    {
        await using var server = await Start();
        using var answer = await server.Http.PostAsJsonAsync("/discussions", request, Test);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(title, await answer.Text(), StringComparison.Ordinal);
    }

    private static Task<LocalHostServer> Start() => LocalHostServer.Start(settings: "Discussions:Anonymous=true");
}
