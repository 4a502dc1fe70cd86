using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions that paused in the middle of a turn, because their instance lost its lease and then its
/// viewers.</summary>
public sealed class PausedTurnTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Half a sentence that no participant says ", 2)]
    [InlineData("", 1)]
    public async Task The_next_viewer_sees_no_word_of_the_lost_attempt(string words, int attempt)
    {
        await using var server = await LocalHostServer.Start(
            null, "Discussions:Anonymous=true", "Discussions:Scripted:WordDelay=00:00:00.002");
        await server.Http.StartAs("paused", DiscussionClient.Request(turns: 2));
        await PauseInTurn(server, words);
        var paused = await server.Http.LastId("paused");
        var viewer = new Viewer();
        foreach (var next in await server.Http.Watch("paused")) viewer.Take(next);
        var transcript = await server.Http.Transcript("paused");
        Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
        Assert.Equal([attempt, 1], transcript.Turns.Select(turn => turn.Attempt));
        var events = await server.Http.Watch("paused", paused);
        Assert.Equal(attempt - 1, events.Count(next => next.EventType == EventTypes.TurnRestarted));
        if (words.Length > 0) Assert.DoesNotContain(words, viewer.Texts[0], StringComparison.Ordinal);
    }

    private static async Task PauseInTurn(LocalHostServer server, string words)
    {
        var logs = server.Services.GetRequiredService<ITopicLogs>();
        await using var log = await logs.OpenAsync(DiscussionLog.TopicOf("paused"), Test);
        Assert.NotNull(log);
        await using var lease = await log.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        Assert.NotNull(lease);
        var record = await lease.AppendAsync(
            DiscussionLog.Read(log.View()),
            (EventTypes.TurnStarted, new EventData { Turn = 1, Attempt = 1, Participant = "1" }));
        if (words.Length > 0)
            await lease.AppendAsync(DiscussionLog.Delta(record.Transcript.OpenTurn!, 0, words), Test);
        await lease.AppendAsync(
            DiscussionLog.Read(log.View()), (EventTypes.Paused, new EventData { Reason = Reasons.NobodyWatching }));
    }
}
