using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using SseFunctions.Discussions.Answers;
using SseFunctions.Discussions.Participants;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions;

/// <summary>Streams answers of AIs, or any text that is generated, so that they survive a reload: an answer is
/// generated once, and every tab, device and instance that asks for its topic gets the same words, from the beginning
/// or from where its connection broke. Thread-safe.</summary>
/// <remarks>An answer is a discussion with one participant and one turn, and has the same events: <c>snapshot</c>,
/// <c>turn.delta</c>, <c>turn.restarted</c>, <c>turn.completed</c>, and at the end <c>discussion.completed</c>,
/// <c>discussion.failed</c> or <c>discussion.cancelled</c>. The app's own function decides who may ask.</remarks>
public sealed class ResumableAnswers
{
    private const string Feature = "answers";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly ITopicLogs _logs;
    private readonly RunningDiscussions _running;
    private readonly Speaker _speaker;
    private readonly ViewerPlaces _places;
    private readonly EventStreams _streams;
    private readonly TimeProvider _time;

    internal ResumableAnswers(
        ITopicLogs logs,
        RunningDiscussions running,
        Speaker speaker,
        ViewerPlaces places,
        EventStreams streams,
        TimeProvider time)
    {
        _logs = logs;
        _running = running;
        _speaker = speaker;
        _places = places;
        _streams = streams;
        _time = time;
    }

#pragma warning disable RS0026 // No call fits to both overloads: the functions return different sequences.
    /// <summary>Answers a request with the stream of an answer. The first request for a topic begins the answer; later
    /// ones join it. Answers 204 to a client that has everything, so that its EventSource stops. A client that cannot
    /// be served now, because Redis cannot be reached or <see cref="DiscussionOptions.MaxViewers"/> is reached, is told
    /// to reconnect later.</summary>
    /// <param name="request">The request of an EventSource.</param>
    /// <param name="topic">The topic: a path such as <c>/answers/42</c>, with an id that the client has chosen.</param>
    /// <param name="generate">Generates the text in pieces of any size. It is called once for each answer, and again if
    /// it fails or if its instance is lost: the text then begins anew, at most three more times. When the last viewer
    /// has left, it still runs to its end; its token is canceled when the answer is canceled.</param>
    /// <param name="invocation">The function's own token.</param>
    /// <param name="retention">How long the answer is kept after its last word; null: one day.</param>
    public Task<IResult> StreamAsync(
        HttpRequest request,
        string topic,
        Func<CancellationToken, IAsyncEnumerable<string>> generate,
        CancellationToken invocation,
        TimeSpan? retention = null)
    {
        ArgumentNullException.ThrowIfNull(generate);
        return StreamAsync(
            request, topic, new GeneratedVoice((_, stop) => generate(stop)), retention, invocation);
    }

    /// <summary>Answers a request with the stream of a model's answer: see the other overload. The answer ends with the
    /// model's finish reason, and with its tokens if the model tells them: see <see cref="Turn.Finish"/> and
    /// <see cref="Turn.Usage"/>.</summary>
    /// <param name="request">The request of an EventSource.</param>
    /// <param name="topic">The topic: a path such as <c>/answers/42</c>, with an id that the client has chosen.</param>
    /// <param name="generate">Asks the model: <c>stop => client.GetStreamingResponseAsync(prompt, null, stop)</c>.
    /// </param>
    /// <param name="invocation">The function's own token.</param>
    /// <param name="retention">How long the answer is kept after its last word; null: one day.</param>
    public Task<IResult> StreamAsync(
        HttpRequest request,
        string topic,
        Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> generate,
        CancellationToken invocation,
        TimeSpan? retention = null)
    {
        ArgumentNullException.ThrowIfNull(generate);
        return StreamAsync(
            request,
            topic,
            new GeneratedVoice((turn, stop) => WordsAsync(generate, turn, stop)),
            retention,
            invocation);
    }
#pragma warning restore RS0026

    /// <summary>Ends an answer at once, on whatever instance it is generated. No effect if there is none, or if it has
    /// ended.</summary>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    public async Task CancelAsync(string topic, CancellationToken cancellationToken = default)
    {
        await using var log = await _logs.OpenAsync(topic, cancellationToken);
        if (log is not null) await _speaker.CancelAsync(log);
    }

    /// <summary>Reads an answer as it is at this moment.</summary>
    /// <returns>The words until now, and why the answer has ended: see <see cref="Turn.Finish"/>. Null if there is no
    /// such answer, or if it has not begun.</returns>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    public async Task<Turn?> ReadAsync(string topic, CancellationToken cancellationToken = default)
    {
        await using var log = await _logs.OpenAsync(topic, cancellationToken);
        return log is not null && DiscussionLog.Read(log.View()).Transcript.Turns is [var turn, ..] ? turn : null;
    }

    private static async IAsyncEnumerable<string> WordsAsync(
        Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> generate,
        TurnRequest turn,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answer = new ModelAnswer();
        // An update without words is a sign of life too, for example while a model thinks.
        await foreach (var update in ModelUpdates.ReadAsync(generate(cancellationToken), null, cancellationToken))
            yield return answer.Take(update);
        turn.Report(
            answer.Finish,
            answer is { Input: { } input, Output: { } output } ? new TokenUsage(input, output) : null);
    }

    private async Task<IResult> StreamAsync(
        HttpRequest request, string topic, GeneratedVoice voice, TimeSpan? retention, CancellationToken invocation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        TopicLog log;
        try
        {
            log = await OpenAsync(topic, retention ?? TimeSpan.FromDays(1), invocation);
        }
        catch (HubUnavailableException)
        {
            return new RetryLaterResult("Answers cannot be reached just now", RetryDelay);
        }
        // The stream reads the log after this method has returned.
        var response = request.HttpContext.Response;
        response.RegisterForDisposeAsync(log);
        var last = LastEventId.Of(request);
        if (last is not null && log.IsFinal(last)) return new EndOfStreamResult();
        if (_places.TryTake() is not { } place) return new RetryLaterResult(ViewerPlaces.Full, ViewerPlaces.Retry);
        response.RegisterForDispose(place);
        var after = last is not null && log.Knows(last) ? last : null;
        return _streams.Stream(Feature, _running.WatchAsync(log, after, voice, CancellationToken.None), invocation);
    }

    private async Task<TopicLog> OpenAsync(string topic, TimeSpan retention, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _logs.OpenAsync(topic, cancellationToken) is { } log) return log;
            var transcript = new Transcript(
                topic, "", DiscussionState.Waiting, [GeneratedVoice.Speaker], GeneratedVoice.Limits, [])
            {
                Created = _time.GetUtcNow(),
            };
            var first = new TopicAppend(EventTypes.Started, DiscussionJson.Write(new EventData()))
            {
                Snapshot = DiscussionJson.Write(new DiscussionRecord(transcript, "", 0)),
            };
            // False if another request has just created it.
            await _logs.TryCreateAsync(topic, first, retention, cancellationToken);
        }
    }
}
