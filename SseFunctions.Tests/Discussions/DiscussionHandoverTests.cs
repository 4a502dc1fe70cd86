using System.Net;
using System.Net.ServerSentEvents;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions that one instance begins and another ends.</summary>
public sealed class DiscussionHandoverTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private readonly DiscussionInstances _instances = new(redis);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _instances.Dispose();

    [Fact]
    public async Task An_instance_that_is_stopped_gives_its_lease_back_and_another_goes_on()
    {
        // The first turn is open until the instance is stopped.
        await using var model = await FakeModelServer.Start(
            DiscussionInstances.Endless(), ModelAnswers.Words("One."), ModelAnswers.Words("Two."),
            ModelAnswers.Words("Three."));
        await _instances.Start(2, "80", DiscussionInstances.With(model));
        var id = await _instances.Create(0, "stopped", 3);
        var viewer = new Viewer();
        var isStopped = false;
        await Watch(0, id, viewer, _ =>
        {
            if (!isStopped && viewer.Texts is [{ Length: > 0 }])
            {
                isStopped = true;
                _instances[0].Signal("TERM");
            }
            return false;
        });
        await _instances[0].Exit();
        // Nobody else has asked for the lease, and a lease that has expired still has its time.
        Assert.Equal(0, await _instances.LeasedUntil(id));

        Assert.Contains("turn.restarted", await Watch(1, id, viewer, _ => false));
        var transcript = await _instances.Transcript(1, id);
        Assert.Equal([2, 1, 1], transcript.Turns.Select(turn => turn.Attempt));
        Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
    }

    [Fact]
    public async Task A_discussion_that_paused_at_one_instance_goes_on_at_another()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(
            ModelAnswers.Gated(index => index == 0 ? Task.CompletedTask : goOn.Task, "The first ", "turn."),
            ModelAnswers.Words("The second."),
            ModelAnswers.Words("The third."),
            ModelAnswers.Words("The last."));
        await _instances.Start(
            2,
            "20",
            [.. DiscussionInstances.With(model), ("Logging__LogLevel__SseFunctions.Streaming", "Information")]);
        var id = await _instances.Create(0, "paused", 4);
        var viewer = new Viewer();
        await Watch(0, id, viewer, _ => viewer.Texts is [{ Length: > 0 }]);
        // If the turn ended before the instance knows that the viewer has left, the next turn would begin.
        await _instances[0].Printed(DiscussionClient.ViewerHasLeft);
        goOn.SetResult();
        var limit = DateTime.UtcNow + Limits.Soon;
        while ((await _instances.Transcript(1, id)).State != DiscussionState.Paused)
        {
            Assert.True(DateTime.UtcNow < limit, "The discussion has not paused.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Test);
        }
        Assert.Single((await _instances.Transcript(1, id)).Turns);
        var events = await Watch(1, id, viewer, _ => false);
        Assert.Contains("discussion.paused", events);
        Assert.Contains("discussion.resumed", events);
        var transcript = await _instances.Transcript(0, id);
        Assert.Equal(DiscussionState.Completed, transcript.State);
        Assert.Equal([1, 1, 1, 1], transcript.Turns.Select(turn => turn.Attempt));
        Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
    }

    [Fact]
    public async Task A_long_transcript_is_whole_although_its_instance_was_killed()
    {
        const int Turns = 4;
        const int LeastLength = 200_000;
        // Three bytes of UTF-8 in each.
        string[] pieces = [.. Enumerable.Range(0, 120).Select(number => $"{number} {new string('語', 490)} ")];
        var whole = ModelAnswers.Slow(TimeSpan.FromMilliseconds(10), pieces);
        // The last turn is open until the instance is killed.
        await using var model = await FakeModelServer.Start(
            whole, whole, whole, ModelAnswers.Silence(pieces[..60]), whole);
        await _instances.Start(
            2, "20", [.. DiscussionInstances.With(model), ("Discussions__ModelSilence", "00:05:00")]);
        var id = await _instances.Create(0, "long", Turns);
        // The first viewer's instance speaks.
        var watching = _instances.StayingViewer(id, 0);
        var ends = new List<Task> { watching.Run(Test) };
        await watching.GetsWordsOf(1);
        var moving = _instances.Viewer(id, 1);
        ends.Add(moving.Run(Test));
        await watching.GetsWordsOf(Turns);
        await _instances[0].KillAndStart();
        await Task.WhenAll(ends).Within("end of the discussion");

        var late = new Viewer();
        Assert.Equal(["snapshot"], await Watch(1, id, late, _ => false));
        var texts = (await _instances.Transcript(0, id)).Turns.Select(turn => turn.Text).ToList();
        Assert.True(texts.Sum(text => text.Length) > LeastLength);
        Assert.Equal(texts, late.Texts);
        Assert.Equal(texts, watching.Texts);
        Assert.Equal(texts, moving.Texts);
    }

    private async Task<List<string>> Watch(
        int instance, string id, Viewer viewer, Func<SseItem<string>, bool> isLast)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _instances.At(instance, $"/discussions/{id}/events"));
        if (viewer.LastId is { } last) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        using var answer = await _instances.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        List<string> types = [];
        await foreach (var next in answer.Events())
        {
            viewer.Take(next);
            types.Add(next.EventType);
            if (isLast(next)) break;
        }
        return types;
    }
}
