using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
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
        // The four others found that an instance was speaking, so each was sent again.
        var second = first;
        while (second == first) second = await queue.Next();
        await turns.SpeakAsync(second, Test);
        await turns.SpeakAsync(first, Test);
        Assert.Equal(2, (await server.Http.Transcript(id)).Turns.Count);
    }

    [Fact]
    public async Task A_message_that_finds_another_instance_speaking_comes_again_later()
    {
        var queue = new Queue();
        await using var server = await Start(queue);
        var id = await server.Http.Start(Request(turns: 3));
        var turns = server.Services.GetRequiredService<IDiscussionTurns>();
        var first = await queue.Next();
        var logs = server.Services.GetRequiredService<ITopicLogs>();
        await using var log = await logs.OpenAsync($"/discussions/{id}", Test);
        // An instance that holds the lease, and is lost.
        var lease = await log!.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        await turns.SpeakAsync(first, Test);
        Assert.Equal(first, await queue.Next());
        Assert.InRange(queue.LastDelay, TimeSpan.FromSeconds(15.1), TimeSpan.FromSeconds(60));
        await lease!.DisposeAsync();
        await turns.SpeakAsync(first, Test);
        Assert.Single((await server.Http.Transcript(id)).Turns);
    }

    // An instance with a viewer is far ahead of the queue. It speaks, or it was lost and its lease has expired.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_many_messages_that_were_overtaken_one_comes_again_later(bool isLeased)
    {
        var queue = new Queue();
        await using var server = await Start(queue);
        var id = await server.Http.Start(Request(turns: 9));
        var turns = server.Services.GetRequiredService<IDiscussionTurns>();
        var first = await queue.Next();
        foreach (var turn in (int[])[1, 2, 3])
        {
            await server.Append(
                id,
                record => record,
                (EventTypes.TurnStarted, new EventData { Turn = turn, Attempt = 1, Participant = "1" }),
                (EventTypes.TurnCompleted, new EventData { Turn = turn, Attempt = 1, Text = "Tea.", Finish = "stop" }));
        }
        await using var log = await server.Services.GetRequiredService<ITopicLogs>().OpenAsync(
            $"/discussions/{id}", Test);
        await using var lease = await log!.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        if (!isLeased) await lease!.DisposeAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => turns.SpeakAsync(first, Test)));
        // Without the message, nobody would go on.
        Assert.Equal($"{id} 4", await queue.Next());
        Assert.InRange(queue.LastDelay, TimeSpan.FromSeconds(15.1), TimeSpan.FromSeconds(60));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task A_message_that_could_not_be_sent_again_is_sent_when_it_arrives_again()
    {
        var queue = new Queue();
        await using var server = await Start(queue);
        var id = await server.Http.Start(Request(turns: 3));
        var turns = server.Services.GetRequiredService<IDiscussionTurns>();
        var first = await queue.Next();
        await using var log = await server.Services.GetRequiredService<ITopicLogs>().OpenAsync(
            $"/discussions/{id}", Test);
        await using var lease = await log!.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        queue.FailsOnce = true;
        await Assert.ThrowsAsync<IOException>(() => turns.SpeakAsync(first, Test));
        await turns.SpeakAsync(first, Test);
        Assert.Equal(first, await queue.Next());
    }

    [Fact]
    public async Task A_message_that_finds_no_Redis_comes_again_later()
    {
        var queue = new Queue();
        await using var server = await Start(
            queue, $"Redis:ConnectionString=127.0.0.1:{Ports.Free()},connectTimeout=200");
        await server.Services.GetRequiredService<IDiscussionTurns>().SpeakAsync("some 3", Test);
        Assert.Equal("some 3", await queue.Next());
        Assert.True(queue.LastDelay > TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_start_whose_message_was_not_sent_can_be_repeated()
    {
        var queue = new Queue { FailsOnce = true };
        await using var server = await Start(queue);
        var request = Request(turns: 2);
        using var failed = await server.Http.PutAsJsonAsync("/discussions/again", request, Test);
        Assert.Equal(500, (int)failed.StatusCode);
        using var repeated = await server.Http.PutAsJsonAsync("/discussions/again", request, Test);
        Assert.Equal(200, (int)repeated.StatusCode);
        Assert.Equal("again 1", await queue.Next());
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

    private static Task<LocalHostServer> Start(Queue queue, params string[] settings) => LocalHostServer.Start(
        services => services.AddSingleton<ITurnMessages>(queue),
        null,
        ["Discussions:Anonymous=true", "Discussions:Scripted:WordDelay=00:00:00", .. settings]);

    private sealed class Queue : ITurnMessages
    {
        private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();

        public bool FailsOnce { get; set; }

        public TimeSpan LastDelay { get; private set; }

        public bool IsEmpty => !_messages.Reader.TryPeek(out _);

        public Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken = default)
        {
            if (FailsOnce)
            {
                FailsOnce = false;
                throw new IOException("The storage account does not answer.");
            }
            LastDelay = delay;
            return _messages.Writer.WriteAsync(message, cancellationToken).AsTask();
        }

        public Task<string> Next() => _messages.Reader.ReadAsync(Test).AsTask().Within("message for a turn");
    }
}
