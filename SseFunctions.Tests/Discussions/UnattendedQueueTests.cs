using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Unattended discussions in the published app with its real worker, and with a storage queue.</summary>
public sealed class UnattendedQueueTests
{
    private const string Function = "UnattendedTurn";
    private const string Queue = "discussion-turns";

    [Fact]
    public async Task Each_message_of_the_queue_is_one_turn_and_the_last_sends_no_other()
    {
        await using var queue = await QueueService.Start();
        await using var host = await Start(queue);
        await Begin(host, "night");
        Assert.Equal((Queue, "night 1", 0), await queue.Next());
        await host.InvokeQueue(Function, "night 1");
        Assert.Equal((Queue, "night 2", 0), await queue.Next());
        Assert.Equal(("running", 1), await Read(host, "night"));
        // The queue delivers a message at least once.
        await host.InvokeQueue(Function, "night 1");
        Assert.Equal((Queue, "night 2", 0), await queue.Next());
        Assert.Equal(("running", 1), await Read(host, "night"));

        await host.InvokeQueue(Function, "night 2");
        Assert.Equal(("completed", 2), await Read(host, "night"));
        await host.InvokeQueue(Function, "night 2");
        await Begin(host, "next");
        Assert.Equal((Queue, "next 1", 0), await queue.Next());
    }

    [Fact]
    public async Task A_message_that_is_not_one_of_ours_fails_and_one_of_a_lost_discussion_is_dropped()
    {
        await using var queue = await QueueService.Start();
        await using var host = await Start(queue);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.InvokeQueue(Function, "not a message"));
        await host.InvokeQueue(Function, "unknown 1");
    }

    private static async Task<FunctionsHost> Start(QueueService queue) => await FunctionsHost.Start(
        await PublishedApp.Folder(),
        ("AzureWebJobsStorage", queue.ConnectionString),
        ("Discussions__Anonymous", "true"),
        ("Discussions__Scripted__WordDelay", "00:00:00"));

    private static async Task Begin(FunctionsHost host, string id)
    {
        var request = DiscussionClient.Request(turns: 2);
        request["unattended"] = true;
        using var answer = await host.Invoke(
            "DiscussionStartWithId",
            "PUT",
            $"/discussions/{id}",
            "Content-Type: application/json\r\n",
            JsonSerializer.Serialize(request),
            ("id", id));
        Assert.StartsWith("HTTP/1.1 201", await answer.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    private static async Task<(string? State, int Turns)> Read(FunctionsHost host, string id)
    {
        using var answer = await host.Invoke(
            "DiscussionTranscript", "GET", $"/discussions/{id}", "", "", ("id", id));
        // The turns come before.
        var body = await answer.Until("\"unattended\":true");
        var state = body.Split("\"state\":\"")[1].Split('"')[0];
        return (state, body.Split("\"finish\":").Length - 1);
    }
}
