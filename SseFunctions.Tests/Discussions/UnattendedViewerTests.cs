using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Unattended discussions with a viewer, whose messages are lost.</summary>
public sealed class UnattendedViewerTests
{
    // How long an instance with a viewer waits for the message.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly ObservedClock _time = new();
    private readonly Queue _queue = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_its_message_a_discussion_goes_on_for_its_viewer_after_30_s()
    {
        await using var server = await Start(SpokenParticipant.Saying("any", "One."));
        var id = await StartDiscussion(server, turns: 1);
        using var answer = await Open(server, id);
        _time.Advance(Silence - TimeSpan.FromSeconds(1));
        Assert.Equal(DiscussionState.Waiting, (await server.Http.Transcript(id)).State);
        _time.Advance(TimeSpan.FromSeconds(1));
        await First(answer, "turn.started").Within("turn");
    }

    [Fact]
    public async Task When_the_viewer_leaves_one_message_asks_for_the_turn_after_those_spoken()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await Start(SpokenParticipant.Halting(turn: 1, goOn.Task));
        var id = await StartDiscussion(server, turns: 100);
        using (var answer = await Open(server, id))
        {
            _time.Advance(Silence);
            await First(answer, "turn.delta").Within("word");
        }
        // If the turn ended before the app knows that the viewer has left, the next turn would begin.
        await server.Logs.First(DiscussionClient.ViewerHasLeft);
        goOn.SetResult();
        // The clock stands still until then, so that the app does not lose its lease in the turn.
        var limit = DateTime.UtcNow + Limits.Soon;
        while ((await server.Http.Transcript(id)).Turns is not [{ Finish: not null }])
        {
            Assert.True(DateTime.UtcNow < limit, "The turn has not ended.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
        var message = await _time.Until(_queue.Next(), "message");
        await _time.Pass(TimeSpan.FromSeconds(45));
        Assert.True(_queue.IsEmpty);
        var transcript = await server.Http.Transcript(id);
        Assert.Equal($"{id} {transcript.Turns.Count + 1}", message);
        Assert.All(transcript.Turns, turn => Assert.NotNull(turn.Finish));
    }

    [Fact]
    public async Task When_the_viewer_leaves_a_turn_that_failed_the_message_asks_for_this_turn()
    {
        await using var server = await Start(
            new NamedParticipant("broken", new SpokenParticipant((_, _) => throw new IOException("No model."))));
        var id = await StartDiscussion(server, turns: 2);
        using (var answer = await Open(server, id))
        {
            _time.Advance(Silence);
            await First(answer, "turn.started").Within("turn");
        }
        // While the app believes that it has a viewer, it begins the turn again.
        await server.Logs.First(DiscussionClient.ViewerHasLeft);
        Assert.Equal($"{id} 1", await _time.Until(_queue.Next(), "message"));
    }

    [Fact]
    public async Task When_the_viewer_leaves_the_message_is_sent_although_the_queue_fails_at_first()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await Start(SpokenParticipant.Halting(turn: 1, goOn.Task));
        var id = await StartDiscussion(server, turns: 100);
        using (var answer = await Open(server, id))
        {
            _time.Advance(Silence);
            await First(answer, "turn.delta").Within("word");
        }
        await server.Logs.First(DiscussionClient.ViewerHasLeft);
        _queue.Failures = 2;
        goOn.SetResult();
        Assert.StartsWith(id, await _time.Until(_queue.Next(), "message"), StringComparison.Ordinal);
        Assert.Equal(0, _queue.Failures);
    }

    // Opens the stream, and returns when the app waits for the message.
    private async Task<HttpResponseMessage> Open(LocalHostServer server, string id)
    {
        var waits = _time.Sets(Silence);
        var answer = await server.Http.Open(id, await server.Http.LastId(id));
        await waits;
        return answer;
    }

    private static async Task<bool> First(HttpResponseMessage answer, string type)
    {
        await foreach (var next in answer.Events())
        {
            if (next.EventType == type) return true;
        }
        throw new InvalidDataException($"The stream has ended without {type}.");
    }

    // Its message gets lost.
    private async Task<string> StartDiscussion(LocalHostServer server, int turns)
    {
        var request = DiscussionClient.Request(turns: turns);
        request["unattended"] = true;
        var id = await server.Http.Start(request);
        Assert.Equal($"{id} 1", await _queue.Next());
        return id;
    }

    private Task<LocalHostServer> Start(NamedParticipant participant) => LocalHostServer.Start(
        services => services.AddSingleton<ITurnMessages>(_queue).AddSingleton(participant),
        _time,
        "Discussions:Anonymous=true");

    private sealed class Queue : ITurnMessages
    {
        private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();

        public bool IsEmpty => !_messages.Reader.TryPeek(out _);

        public int Failures { get; set; }

        public Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken = default)
        {
            if (Failures == 0) return _messages.Writer.WriteAsync(message, cancellationToken).AsTask();
            Failures--;
            throw new IOException("The storage account does not answer.");
        }

        public Task<string> Next() => _messages.Reader.ReadAsync(Test).AsTask();
    }
}
