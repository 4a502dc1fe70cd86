using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Reads and writes the log of a discussion. A snapshot is stored with each event that is not a delta, so a
/// reader needs the snapshot and the words of the open turn.</summary>
internal static class DiscussionLog
{
    /// <summary>The path of all discussions: their topics are below it.</summary>
    public const string Parent = "/discussions";

    public static string TopicOf(string id) => $"{Parent}/{id}";

    /// <summary>Returns the discussion with this topic as it is at this moment.</summary>
    public static DiscussionRecord Read(TopicView view)
    {
        var record = DiscussionJson.ReadRecord(view.Snapshot ?? "null");
        var transcript = record.Transcript;
        foreach (var next in view.Events) transcript = transcript.After(next.Type, DiscussionJson.ReadData(next.Data));
        return record with { Transcript = transcript };
    }

    /// <summary>Makes the event of more words. It needs no snapshot: a reader puts the words after those that it has.
    /// </summary>
    public static TopicAppend Delta(Turn turn, int at, string text) => new(
        EventTypes.TurnDelta,
        DiscussionJson.Write(new EventData { Turn = turn.Number, Attempt = turn.Attempt, At = at, Text = text }));

    /// <summary>Appends events other than deltas, and returns the discussion after them.</summary>
    /// <exception cref="TopicLeaseLostException">The lease is lost: nothing was appended.</exception>
    public static async Task<DiscussionRecord> AppendAsync(
        this TopicLease lease, DiscussionRecord record, params IReadOnlyList<(string Type, EventData Data)> events)
    {
        var transcript = record.Transcript;
        foreach (var (type, data) in events) transcript = transcript.After(type, data);
        var after = record with { Transcript = transcript };
        await lease.AppendAsync(new TopicAppend(
            [.. events.Select(next => new TopicMessage(next.Type, DiscussionJson.Write(next.Data)))])
        {
            Snapshot = DiscussionJson.Write(after),
            IsFinal = DiscussionState.IsFinal(transcript.State),
        });
        return after;
    }
}
