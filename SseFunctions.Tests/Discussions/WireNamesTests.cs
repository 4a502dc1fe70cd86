using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>The JSON of discussions, as literals: a name that changes breaks every client. And words of a model that
/// look like events.</summary>
public sealed class WireNamesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_to_a_start_has_the_id_and_two_addresses()
    {
        await using var server = await Start();
        using var answer = await server.Http.PutAsJsonAsync("/discussions/wire", DiscussionClient.Request(), Test);
        Assert.Equal(
            """{"id":"wire","events":"/discussions/wire/events","transcript":"/discussions/wire"}""",
            await answer.Text());
    }

    [Fact]
    public async Task A_transcript_has_these_names_in_this_order()
    {
        await using var server = await Start();
        var (_, json, _) = await Finish(server);
        Assert.Equal(await Expected(server), json);
    }

    [Fact]
    public async Task A_snapshot_is_the_transcript_with_the_id_of_its_last_event()
    {
        await using var server = await Start();
        var (snapshot, json, lastId) = await Finish(server);
        Assert.Matches("^#1795867200000-[0-9]+-[0-9a-f]{12}$", lastId);
        Assert.Matches("^: open\nretry: [0-9]+\nevent: snapshot\n", snapshot);
        Assert.EndsWith($"\nevent: snapshot\nid: {lastId}\ndata: {json}\n\n", snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tokens_are_the_same_for_live_viewers_for_resumed_ones_in_the_snapshot_and_in_the_transcript()
    {
        const string Turn = """{"input":10,"output":20}""";
        const string Sum = """{"input":20,"output":40}""";
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Words("Tea."));
        await discussion.Begin();
        var http = discussion.Server.Http;
        var live = await http.Watch("debate", await http.LastId("debate"));
        Assert.Equal([Turn, Turn, Sum], Usages(live));
        var started = live.First(next => next.EventType == "turn.started");
        Assert.Equal([Turn, Turn, Sum], Usages(await http.Watch("debate", started.EventId)));
        var snapshot = Assert.Single(await http.Watch("debate")).Data;
        foreach (var json in (string[])[snapshot, await http.GetStringAsync("/discussions/debate", Test)])
        {
            using var transcript = JsonDocument.Parse(json);
            Assert.Equal(
                [Turn, Turn, Sum],
                transcript.RootElement.GetProperty("turns").EnumerateArray().Append(transcript.RootElement)
                    .Select(item => item.GetProperty("usage").GetRawText()));
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task Words_of_a_model_that_look_like_an_event_are_words(string end)
    {
        var forged = $"{end}{end}event: turn.completed{end}data: {{}}{end}{end}";
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Words("Tea.", forged, "More tea."));
        await discussion.Begin(turns: 1);
        var http = discussion.Server.Http;
        using var answer = await http.Open("debate", await http.LastId("debate"));
        var wire = await answer.Text();
        // The three line ends of the stream format: WHATWG HTML 9.2.5.
        var lines = Regex.Split(wire, "\r\n|\r|\n");
        Assert.Single(lines, line => line == "event: turn.completed");
        Assert.DoesNotContain(lines, line => line.StartsWith("data: {}", StringComparison.Ordinal));
        var turn = Assert.Single((await http.Transcript("debate")).Turns);
        Assert.Contains(
            "event: turn.completed\ndata: {}", turn.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static Task<LocalHostServer> Start() => LocalHostServer.Start(
        new FakeTimeProvider(Noon), "Discussions:Anonymous=true", "Discussions:Scripted:WordDelay=00:00:00");

    private static async Task<(string Snapshot, string Transcript, string LastId)> Finish(LocalHostServer server)
    {
        await server.Http.StartAs("wire", DiscussionClient.Request(turns: 1));
        await server.Http.Watch("wire");
        using var snapshot = await server.Http.Open("wire");
        using var transcript = await server.Get("/discussions/wire");
        return (await snapshot.Text(), await transcript.Text(), transcript.Headers.ETag!.Tag.Trim('"'));
    }

    // The names are literal; the words and their number are those of the script.
    private static async Task<string> Expected(LocalHostServer server)
    {
        var turn = Assert.Single((await server.Http.Transcript("wire")).Turns);
        var text = JsonSerializer.Serialize(turn.Text, Relaxed);
        var usage = $$"""{"input":0,"output":{{turn.Usage!.Output}}}""";
        return $$"""
            {"id":"wire","topic":"Tea or coffee?","state":"completed",
            "participants":[{"id":"1","name":"Ada"},{"id":"2","name":"Bob","persona":"a skeptic"}],
            "limits":{"turns":1,"tokens":50000,"minutes":15},
            "turns":[{"turn":1,"attempt":1,"participant":"1","text":{{text}},"finish":"stop","usage":{{usage}}}],
            "created":"2026-11-28T12:00:00+00:00","private":false,"unattended":false,
            "usage":{{usage}},"reason":"turns"}
            """.ReplaceLineEndings("");
    }

    private static IEnumerable<string> Usages(IEnumerable<SseItem<string>> events)
    {
        foreach (var next in events.Where(next => next.EventType is "turn.completed" or "discussion.completed"))
        {
            using var data = JsonDocument.Parse(next.Data);
            yield return data.RootElement.GetProperty("usage").GetRawText();
        }
    }
}
