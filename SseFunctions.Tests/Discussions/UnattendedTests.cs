using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions that go on without viewers, with a queue in the test.</summary>
public sealed class UnattendedTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_message_is_one_turn_and_nobody_has_to_watch()
    {
        var queue = new Queue();
        await using var server = await Start(queue);
        var id = await server.Http.Start(Request(turns: 3));
        var turns = server.Services.GetRequiredService<IDiscussionTurns>();
        for (var spoken = 1; spoken <= 3; spoken++)
        {
            await turns.SpeakAsync(await queue.Next(), Test);
            Assert.Equal(spoken, (await server.Http.Transcript(id)).Turns.Count(turn => turn.Finish is not null));
        }
        Assert.Equal(DiscussionState.Completed, (await server.Http.Transcript(id)).State);
        Assert.Equal(3, (await server.Http.Transcript(id)).Turns.Count);
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task A_message_that_arrives_again_speaks_no_second_turn()
    {
        var queue = new Queue();
        await using var server = await Start(queue);
        var id = await server.Http.Start(Request(turns: 5));
        var turns = server.Services.GetRequiredService<IDiscussionTurns>();
        var first = await queue.Next();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => turns.SpeakAsync(first, Test)));
        Assert.Single((await server.Http.Transcript(id)).Turns);
        var second = await queue.Next();
        Assert.NotEqual(first, second);
        await turns.SpeakAsync(second, Test);
        await turns.SpeakAsync(first, Test);
        Assert.Equal(2, (await server.Http.Transcript(id)).Turns.Count);
    }

    [Fact]
    public async Task Without_a_queue_an_unattended_discussion_is_refused()
    {
        await using var server = await LocalHostServer.Start(settings: ["Discussions:Anonymous=true"]);
        using var answer = await server.Http.PostAsync(
            "/discussions",
            new StringContent(JsonSerializer.Serialize(Request(1)), null, "application/json"),
            Test);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("unattended", await answer.Text(), StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Request(int turns)
    {
        var request = DiscussionClient.Request(turns: turns);
        request["unattended"] = true;
        return request;
    }

    private static Task<LocalHostServer> Start(Queue queue) => LocalHostServer.Start(
        services => services.AddSingleton<ITurnMessages>(queue),
        null,
        "Discussions:Anonymous=true",
        "Discussions:Scripted:WordDelay=00:00:00");

    private sealed class Queue : ITurnMessages
    {
        private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();

        public bool IsEmpty => !_messages.Reader.TryPeek(out _);

        public Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken = default) =>
            _messages.Writer.WriteAsync(message, cancellationToken).AsTask();

        public Task<string> Next() => _messages.Reader.ReadAsync(Test).AsTask().Within("message for a turn");
    }
}
