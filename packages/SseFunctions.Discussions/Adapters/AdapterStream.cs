using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Adapters;

/// <summary>Reads a discussion for a viewer of another protocol. Thread-safe.</summary>
internal sealed class AdapterStream(RunningDiscussions running, ModelVoices voices)
{
    // As in DiscussionJson: the JSON is never part of a page.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Returns everything that was said, and what is said from now on, until the end of the discussion. While
    /// the viewer reads, the discussion is watched.</summary>
    /// <param name="log">The discussion's log, which stays open while the sequence is read.</param>
    /// <param name="adapter">Writes the messages of the other protocol.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <remarks>The events have no id: the clients of these protocols start again at the beginning when they
    /// return.</remarks>
    public async IAsyncEnumerable<ServerSentEvent> ReadAsync(
        TopicLog log, IAdapter adapter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var view = log.View();
        var transcript = DiscussionLog.Read(view).Transcript;
        foreach (var message in adapter.Open(transcript)) yield return Event(message);
        var known = adapter.KnownAfterOpen(transcript);
        foreach (var message in Messages(adapter, known, transcript)) yield return Event(message);
        await foreach (var next in running.FollowAsync(log, view.LastId, voices, cancellationToken))
        {
            var after = transcript.After(next.Type, DiscussionJson.ReadData(next.Data));
            foreach (var message in Messages(adapter, transcript, after)) yield return Event(message);
            transcript = after;
        }
        if (adapter.Terminator is { } terminator) yield return new ServerSentEvent(terminator);
    }

    private static IEnumerable<JsonObject> Messages(IAdapter adapter, Transcript before, Transcript after) =>
        TranscriptChange.Between(before, after).SelectMany(change => adapter.Write(change, after));

    private static ServerSentEvent Event(JsonObject message) => new(message.ToJsonString(Json));
}
