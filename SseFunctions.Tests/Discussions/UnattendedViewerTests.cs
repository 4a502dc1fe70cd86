using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Unattended discussions with a viewer, whose messages are lost.</summary>
public sealed class UnattendedViewerTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly Queue _queue = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_its_message_a_discussion_goes_on_for_its_viewer_after_30_s()
    {
        await using var server = await Start(SpokenParticipant.Saying("any", "One."));
        var id = await StartDiscussion(server, turns: 1);
        var opened = _time.GetUtcNow();
        using var answer = await server.Http.Open(id);
        await _time.Until(First(answer, "turn.started"), "turn");
        Assert.InRange(_time.GetUtcNow() - opened, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task When_the_viewer_leaves_one_message_asks_for_the_turn_after_those_spoken()
    {
        await using var server = await Start(
            new NamedParticipant("slow", new SpokenParticipant((_, stop) => Slow(stop))));
        var id = await StartDiscussion(server, turns: 100);
        using (var answer = await server.Http.Open(id))
            await _time.Until(First(answer, "turn.delta"), "word");
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
        using (var answer = await server.Http.Open(id))
            await _time.Until(First(answer, "turn.started"), "turn");
        Assert.Equal($"{id} 1", await _time.Until(_queue.Next(), "message"));
    }

    private async IAsyncEnumerable<string> Slow([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var word = 0; word < 5; word++)
        {
            yield return "word ";
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken);
        }
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

        public Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken = default) =>
            _messages.Writer.WriteAsync(message, cancellationToken).AsTask();

        public Task<string> Next() => _messages.Reader.ReadAsync(Test).AsTask();
    }
}
