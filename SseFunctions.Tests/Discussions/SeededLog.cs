using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Appends to the log of a discussion what another instance would have appended, and gives the lease
/// back.</summary>
internal static class SeededLog
{
    public static async Task Append(
        this LocalHostServer server,
        string id,
        Func<DiscussionRecord, DiscussionRecord> change,
        params IReadOnlyList<(string Type, EventData Data)> events)
    {
        var test = TestContext.Current.CancellationToken;
        var logs = server.Services.GetRequiredService<ITopicLogs>();
        await using var log = await logs.OpenAsync(DiscussionLog.TopicOf(id), test);
        Assert.NotNull(log);
        await using var lease = await log.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: test);
        Assert.NotNull(lease);
        var record = change(DiscussionLog.Read(log.View()));
        foreach (var next in events)
        {
            // As an instance does: a delta has no snapshot.
            if (next.Type == EventTypes.TurnDelta)
            {
                await lease.AppendAsync(
                    DiscussionLog.Delta(record.Transcript.OpenTurn!, next.Data.At ?? 0, next.Data.Text!), test);
                record = record with { Transcript = record.Transcript.After(next.Type, next.Data) };
                continue;
            }
            record = await lease.AppendAsync(record, next);
        }
    }
}
