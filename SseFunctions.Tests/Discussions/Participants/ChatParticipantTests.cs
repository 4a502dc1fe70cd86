using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Models;
using SseFunctions.Discussions.Participants;
using SseFunctions.Discussions.Text;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions.Participants;

/// <summary>The real client of OpenAI against a server that answers well or badly.</summary>
public sealed class ChatParticipantTests
{
    private const string Key = "sk-test-secret";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_the_words_of_the_model_as_they_arrive()
    {
        var gate = new TaskCompletionSource();
        await using var server = await FakeModelServer.Start(
            ModelAnswers.Gated(index => index == 1 ? gate.Task : Task.CompletedTask, "Cars ", "are loud."));
        var turn = Turns.Next(maxTokens: 77);
        await using var words = Participant(server).SpeakAsync(turn, Cancellation).GetAsyncEnumerator(Cancellation);
        var first = "";
        while (first.Length == 0)
        {
            Assert.True(await words.MoveNextAsync().AsTask().Within("first words"));
            first = words.Current;
        }
        Assert.Equal("Cars ", first);
        gate.SetResult();
        var rest = "";
        while (await words.MoveNextAsync().AsTask().Within("other words")) rest += words.Current;
        Assert.Equal("are loud.", rest);
        Assert.Equal((TurnRequest.Stop, new TokenUsage(10, 20)), (turn.Finish, turn.Usage));

        var call = Assert.Single(server.Calls);
        Assert.Equal($"Bearer {Key}", call.Authorization);
        Assert.Equal("fake", call.Body.GetProperty("model").GetString());
        Assert.True(call.Body.GetProperty("stream").GetBoolean());
        var limit = call.Body.TryGetProperty("max_completion_tokens", out var value)
            ? value
            : call.Body.GetProperty("max_tokens");
        Assert.Equal(77, limit.GetInt32());
        Assert.Equal(0.5, call.Body.GetProperty("temperature").GetDouble());
    }

    [Fact]
    public async Task Says_that_the_limit_of_tokens_cut_the_answer_off()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Words(["Cars"], "length", (3, 4)));
        var turn = Turns.Next();
        Assert.Equal("Cars", await Participant(server).Text(turn));
        Assert.Equal((TurnRequest.Length, new TokenUsage(3, 4)), (turn.Finish, turn.Usage));
    }

    [Fact]
    public async Task Estimates_the_tokens_if_the_server_does_not_tell_them()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Words(["Cars are loud"], "stop", null));
        var turn = Turns.Next();
        await Participant(server).Text(turn);
        var read = Assert.Single(server.Calls).Messages.Sum(message => message.Text.Length);
        Assert.Equal(new TokenUsage((read + 3) / 4, 4), turn.Usage);
    }

    [Fact]
    public async Task Counts_tokens_once_that_the_server_tells_with_each_piece()
    {
        // As vLLM, LiteLLM, Perplexity and Gemini do: each piece has the tokens until then.
        await using var server = await FakeModelServer.Start(async call =>
        {
            await call.Tell((100, 1), "Cars ");
            await call.Tell((100, 2), "are ");
            await call.Tell((100, 3), "loud");
            await call.End(usage: (100, 3));
        });
        var turn = Turns.Next();
        Assert.Equal("Cars are loud", await Participant(server).Text(turn));
        Assert.Equal(new TokenUsage(100, 3), turn.Usage);
    }

    [Fact]
    public async Task Does_not_say_the_own_name_that_models_begin_with()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Words("**A", "da", ":**", " Cars", " are"));
        Assert.Equal("Cars are", await Participant(server).Text(Turns.Next()));
    }

    [Fact]
    public async Task Aborts_the_call_when_nobody_needs_the_words()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Silence("Cars"));
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var turn = Turns.Next();
        var said = "";
        var speaking = Task.Run(
            async () =>
            {
                await foreach (var words in Participant(server).SpeakAsync(turn, leave.Token))
                {
                    said += words;
                    if (said == "Cars") await leave.CancelAsync();
                }
            },
            Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => speaking.Within("end of the answer"));
        await Assert.Single(server.Calls).Aborted;
        // What was generated until then has been paid for.
        Assert.Equal(1, turn.Usage?.Output);
    }

    [Fact]
    public async Task Aborts_the_call_before_the_first_word()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Silence());
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var speaking = Participant(server).SpeakAsync(Turns.Next(), leave.Token).ToListAsync(leave.Token).AsTask();
        var call = await server.Next();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => speaking.Within("end of the answer"));
        await call.Aborted;
    }

    [Fact]
    public async Task A_model_that_is_silent_for_ever_is_given_up_and_its_call_is_aborted()
    {
        var time = new FakeTimeProvider();
        await using var server = await FakeModelServer.Start(ModelAnswers.Silence("Cars"));
        var text = new GatheredText(
            token => Participant(server).SpeakAsync(Turns.Next(), token),
            TimeSpan.Zero,
            TimeSpan.FromSeconds(5),
            Timeout.InfiniteTimeSpan,
            time);
        await using var words = text.Read(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await words.MoveNextAsync().AsTask().Within("first words"));
        Assert.Equal("Cars", words.Current);
        var next = words.MoveNextAsync().AsTask();
        var silence = await Assert.ThrowsAsync<ParticipantException>(() => time.Until(next, "end of the answer"));
        Assert.Equal(ParticipantException.Silence, silence.Reason);
        await Assert.Single(server.Calls).Aborted;
    }

    [Fact]
    public async Task A_model_that_says_ten_megabytes_is_cut_off_and_its_call_is_aborted()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Flood());
        var text = new GatheredText(
            token => Participant(server).SpeakAsync(Turns.Next(), token),
            TimeSpan.FromMilliseconds(100),
            TimeSpan.FromSeconds(30),
            Timeout.InfiniteTimeSpan,
            TimeProvider.System);
        var length = 0;
        await foreach (var words in text.Read(Cancellation)) length += words.Length;
        Assert.Equal(GatheredText.MaxLength, length);
        Assert.True(text.IsCut);
        await Assert.Single(server.Calls).Aborted;
    }

    [Theory]
    [InlineData(401, "invalid_api_key", ParticipantException.ProviderRefused, false)]
    [InlineData(403, "forbidden", ParticipantException.ProviderRefused, false)]
    [InlineData(404, "model_not_found", ParticipantException.ProviderError, false)]
    [InlineData(400, "context_length_exceeded", ParticipantException.ProviderError, false)]
    [InlineData(429, "insufficient_quota", ParticipantException.ProviderBusy, true)]
    [InlineData(500, "server_error", ParticipantException.ProviderError, true)]
    [InlineData(503, "overloaded", ParticipantException.ProviderError, true)]
    public async Task An_error_of_the_server_is_told_in_our_words(
        int status, string code, string reason, bool isTransient)
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Error(status, code, Key));
        var failure = await Failure(server);
        Assert.Equal((reason, isTransient), (failure.Reason, failure.IsTransient));
        Assert.Equal($"The server of the model answered {status} ({code}).", failure.Message);
        Assert.DoesNotContain("provider says", failure.ToString(), StringComparison.OrdinalIgnoreCase);
        // The client does not repeat the call: the discussion does.
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_code_that_quotes_the_key_is_not_told()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Error(401, Key, Key));
        Assert.Equal("The server of the model answered 401.", (await Failure(server)).Message);
    }

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("0", 0.0)]
    [InlineData("999999", 3600.0)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    public async Task Says_when_a_busy_server_wants_the_next_attempt(string header, double? seconds)
    {
        await using var server = await FakeModelServer.Start(
            ModelAnswers.Error(429, "rate_limit_exceeded", headers: ("Retry-After", header)));
        Assert.Equal(seconds, (await Failure(server)).RetryAfter?.TotalSeconds);
    }

    public static TheoryData<string> Breakages => ["garbage", "page", "nothing", "breaks off", "half a chunk"];

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task A_broken_answer_may_be_tried_again(string breakage)
    {
        await using var server = await FakeModelServer.Start(breakage switch
        {
            "garbage" => ModelAnswers.Garbage(),
            "page" => ModelAnswers.Page(),
            "nothing" => ModelAnswers.Nothing(),
            "breaks off" => ModelAnswers.BreaksOff("Cars"),
            _ => ModelAnswers.HalfAChunk("Cars"),
        });
        var failure = await Failure(server);
        Assert.Equal((ParticipantException.ProviderError, true), (failure.Reason, failure.IsTransient));
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_server_that_does_not_exist_may_be_tried_again()
    {
        // A port that no other test gets.
        var participant = new ChatParticipant(Client(new Uri($"http://127.0.0.1:{Ports.Free()}/v1")), Manner);
        var failure = await Assert.ThrowsAsync<ParticipantException>(() => participant.Text(Turns.Next()));
        Assert.Equal((ParticipantException.ProviderError, true), (failure.Reason, failure.IsTransient));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("Ada: ")]
    public async Task An_answer_without_a_word_is_a_failure(string words)
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.Words(words));
        var turn = Turns.Next();
        var failure = await Assert.ThrowsAsync<ParticipantException>(() => Participant(server).Text(turn));
        Assert.Equal((ParticipantException.NoWords, true), (failure.Reason, failure.IsTransient));
        Assert.Equal(new TokenUsage(10, 20), turn.Usage);
    }

    [Fact]
    public async Task A_client_of_the_app_need_not_say_why_an_answer_ended()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.BreaksOff("Cars"));
        var participant = new ChatParticipant(Client(server.Url), Manner with { NeedsFinishReason = false });
        Assert.Equal("Cars", await participant.Text(Turns.Next()));
    }

    private static ChatManner Manner => new(8, 8000, 0.5f) { Secret = Key };

    private static ChatParticipant Participant(FakeModelServer server) => new(Client(server.Url), Manner);

    private static IChatClient Client(Uri server) => ModelClient.Create(
        new ModelOptions { Name = "m", Model = "fake", Endpoint = server, Key = Key }, TimeSpan.FromMinutes(1));

    private static Task<ParticipantException> Failure(FakeModelServer server) =>
        Assert.ThrowsAsync<ParticipantException>(() => Participant(server).Text(Turns.Next()));
}
