using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions on several instances that share one Redis. <c>DISCUSSION_KILLS</c> in the environment sets how
/// often an instance is killed; docs/discussions.md has the figures of a long run.</summary>
public sealed class DiscussionInstancesTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("DISCUSSION_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private readonly DiscussionInstances _instances = new(redis);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _instances.Dispose();

    [Fact]
    public async Task Instances_are_killed_and_every_viewer_sees_the_transcript()
    {
        var viewersEach = Kills > 3 ? 20 : 5;
        var discussions = Kills > 3 ? 10 : 4;
        await using var model = await FakeModelServer.Start(
            DiscussionInstances.Endless(), ModelAnswers.Words("The first turn."), ModelAnswers.Words("The second."));
        await _instances.Start(3, "10", DiscussionInstances.With(model));
        // The instance that is killed first speaks this discussion's first turn until then.
        var held = await _instances.Create(0, "held", 2);
        var holder = _instances.StayingViewer(held, 0);
        var holding = holder.Run(Test);
        await holder.GetsWordsOf(1);
        var ids = await Task.WhenAll(Enumerable.Range(0, discussions).Select(
            number => _instances.Create(number % 3, $"k{number}", Kills > 3 ? 60 : 16, "scripted")));
        var viewers = ids.SelectMany(id => Enumerable.Range(0, viewersEach).Select(
            number => (Id: id, Viewer: _instances.Viewer(id, number)))).ToArray();
        var watching = Task.WhenAll(viewers.Select(viewer => viewer.Viewer.Run(Test)));
        var killed = 0;
        for (; killed < Kills && (killed == 0 || !watching.IsCompleted); killed++)
        {
            await Task.Delay(TimeSpan.FromSeconds(killed == 0 ? 1 : 5), Test);
            await _instances[killed % 3].KillAndStart();
        }
        await Task.WhenAll(holding, watching).WaitAsync(TimeSpan.FromMinutes(10), Test);
        viewers = [.. viewers, (held, holder)];
        var restarted = 0;
        foreach (var id in ids.Append(held))
        {
            var transcript = await _instances.Transcript(0, id);
            Assert.Equal(DiscussionState.Completed, transcript.State);
            restarted += transcript.Turns.Count(turn => turn.Attempt > 1);
            foreach (var (_, viewer) in viewers.Where(viewer => viewer.Id == id))
                Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{killed} kills, {viewers.Length} viewers, {viewers.Sum(viewer => viewer.Viewer.Visits)} connections, "
            + $"{restarted} turns begun again");
        Assert.NotEqual(0, restarted);
    }

    [Fact]
    public async Task Of_many_starts_at_two_instances_one_creates_the_discussion()
    {
        await _instances.Start(2, "1");
        var request = DiscussionClient.Request();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            using var answer = await _instances.Http.PutAsJsonAsync(
                _instances.At(number % 2, "/discussions/race"), request, Test);
            return answer.StatusCode;
        }));
        Assert.Single(answers, status => status == HttpStatusCode.Created);
        Assert.Equal(19, answers.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task An_instance_that_was_frozen_beyond_its_lease_writes_nothing()
    {
        // The model speaks the first turn until the instance has lost it. The turn that is begun again, and the next,
        // take some seconds, so that they are being spoken when the instance thaws.
        await using var model = await FakeModelServer.Start(
            DiscussionInstances.Endless(),
            ModelAnswers.Slow(TimeSpan.FromMilliseconds(80), [.. Enumerable.Range(0, 40).Select(_ => "again ")]),
            ModelAnswers.Slow(TimeSpan.FromMilliseconds(80), [.. Enumerable.Range(0, 40).Select(_ => "second ")]));
        await _instances.Start(2, "80", DiscussionInstances.With(model));
        var id = await _instances.Create(0, "frozen", 2);
        // The only viewer is at the first instance, so that instance speaks.
        var first = _instances.StayingViewer(id, 0);
        var other = _instances.StayingViewer(id, 1);
        var frozen = first.Run(Test);
        await first.GetsWordsOf(1);
        var watching = other.Run(Test);
        await other.GetsWordsOf(1);
        var restarted = other.Gets("turn.restarted");
        _instances[0].Signal("STOP");
        await restarted;
        _instances[0].Signal("CONT");
        await watching.Within("end");
        // Then the instance has reached Redis again.
        await frozen.Within("end at the instance that was frozen");
        var transcript = await _instances.Transcript(0, id);
        Assert.Equal(transcript.Turns.Select(turn => turn.Text), other.Texts);
        Assert.Equal([2, 1], transcript.Turns.Select(turn => turn.Attempt));
        Assert.Equal(other.Texts, first.Texts);
    }

    [Fact]
    public async Task A_cancel_at_any_instance_stops_the_words_and_the_call_of_the_model()
    {
        const int Discussions = 20;
        // The first cancel at an instance, and the first stream that it ends, compile their code.
        const int Warm = 3;
        // Most cancels: an instance that heard of them only with its next read or renewal would take longer. Each
        // cancel: on a busy machine, one may take some seconds.
        var longest = TimeSpan.FromSeconds(1.5);
        var longestOfAll = TimeSpan.FromSeconds(15);
        await using var model = await FakeModelServer.Start(DiscussionInstances.Endless());
        await _instances.Start(3, "20", DiscussionInstances.With(model));
        List<TimeSpan> times = [];
        for (var number = 0; number < Warm + Discussions; number++)
        {
            var id = await _instances.Create(0, $"c{number}", 2);
            var viewer = _instances.StayingViewer(id, number % 3);
            var watching = viewer.Run(Test);
            var call = await model.Next();
            await viewer.GetsWordsOf(1);
            var started = Stopwatch.GetTimestamp();
            using var cancel = await _instances.Http.PostAsync(
                _instances.At((number + 1) % 3, $"/discussions/{id}/cancel"), null, Test);
            Assert.Equal(HttpStatusCode.Accepted, cancel.StatusCode);
            await watching.Within("end of the stream");
            if (number >= Warm) times.Add(Stopwatch.GetElapsedTime(started));
            await call.Aborted;
            Assert.Equal("discussion.cancelled", viewer.End);
            var transcript = await _instances.Transcript(number % 3, id);
            Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"ms: {string.Join(' ', times.Select(time => $"{time.TotalMilliseconds:F0}"))}");
        times.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"cancel to the end of the stream: median {times[Discussions / 2].TotalMilliseconds:F0} ms, "
            + $"highest {times[^1].TotalMilliseconds:F0} ms");
        var median = times[Discussions / 2];
        Assert.True(median < longest, $"In the median, the last word left {median} after the cancel.");
        Assert.True(times[^1] < longestOfAll, $"The last word left {times[^1]} after the cancel.");
    }
}
