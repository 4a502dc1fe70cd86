using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Reads and writes the log of a discussion. A snapshot is stored with each event that is not a delta, so a
/// reader needs the snapshot and the words of the open turn.</summary>
internal static class DiscussionLog
{
    /// <summary>The path of all discussions: their topics are below it.</summary>
    public const string Parent = "/discussions";

    /// <summary>Returns the topic of a discussion.</summary>
    public static string TopicOf(string id) => $"{Parent}/{id}";

    /// <summary>Returns the discussion with this topic as it is at this moment.</summary>
    public static DiscussionRecord Read(TopicView view)
    {
        var record = DiscussionJson.ReadRecord(view.Snapshot ?? "null");
        var transcript = record.Transcript;
        foreach (var next in view.Events) transcript = transcript.After(next.Type, DiscussionJson.ReadData(next.Data));
        return record with { Transcript = transcript };
    }

    /// <summary>Appends events, and returns the discussion after them.</summary>
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
            Snapshot = events is [(EventTypes.TurnDelta, _)] ? null : DiscussionJson.Write(after),
            IsFinal = DiscussionState.IsFinal(transcript.State),
        });
        return after;
    }
}
