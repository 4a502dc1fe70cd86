using System.Net;
using System.Runtime.CompilerServices;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers that fail, and readers that cannot be served.</summary>
public sealed class AnswerFailureTests
{
    // The answer fails only after the reader has its first event. Otherwise its events could be in the snapshot.
    private readonly TaskCompletionSource _isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    [Fact]
    public async Task An_answer_whose_text_fails_four_times_has_failed()
    {
        await using var app = await Start(_ => Fails(new InvalidDataException("inner secret")));
        using var answer = await app.Open();
        List<string> types = [];
        List<string> last = [];
        await foreach (var next in answer.Events())
        {
            _isRead.TrySetResult();
            types.Add(next.EventType);
            if (next.EventType.EndsWith(".failed", StringComparison.Ordinal)) last.Add(next.Data);
        }
        Assert.Equal(4, _calls);
        Assert.Equal(3, types.Count(type => type == "turn.restarted"));
        Assert.Equal(
            ["""{"turn":1,"attempt":4,"reason":"provider_error"}""", """{"reason":"provider_error"}"""], last);
    }

    [Fact]
    public async Task An_answer_that_says_it_cannot_succeed_fails_at_once_with_its_reason()
    {
        await using var app = await Start(_ => Fails(
            new ParticipantException(ParticipantException.ProviderRefused, "No.") { IsTransient = false }));
        using var answer = await app.Open();
        List<string> failed = [];
        await foreach (var next in answer.Events())
        {
            _isRead.TrySetResult();
            if (next.EventType == "turn.failed") failed.Add(next.Data);
        }
        Assert.Equal("""{"turn":1,"attempt":1,"reason":"provider_refused"}""", Assert.Single(failed));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task A_reader_beyond_the_limit_is_told_to_reconnect_later()
    {
        await using var app = await Start(Waits, "Discussions:MaxViewers=1");
        using var first = await app.Open();
        using var second = await app.Open();
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Matches(
            "^: This instance has no place for another viewer, reconnect later\nretry: 1[0-9]{4}\n$",
            await second.Text());
    }

    [Fact]
    public async Task A_reader_is_told_to_reconnect_later_while_Redis_cannot_be_reached()
    {
        await using var app = await Start(Waits, $"Redis:ConnectionString=127.0.0.1:{Ports.Free()},connectTimeout=200");
        using var answer = await app.Open();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Matches(
            "^: Answers cannot be reached just now, reconnect later\nretry: [23][0-9]{3}\n$", await answer.Text());
        Assert.Equal(0, _calls);
    }

    private async IAsyncEnumerable<string> Fails(Exception exception)
    {
        yield return "Half a ";
        await _isRead.Task;
        throw exception;
    }

    private static async IAsyncEnumerable<string> Waits([EnumeratorCancellation] CancellationToken stop)
    {
        yield return "One ";
        await Task.Delay(Timeout.Infinite, stop);
    }

    private Task<AnswerApp> Start(
        Func<CancellationToken, IAsyncEnumerable<string>> generate, params string[] settings) => AnswerApp.Start(
        stop =>
        {
            Interlocked.Increment(ref _calls);
            return generate(stop);
        },
        settings);
}
