using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class MemoryTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task A_subscriber_that_waits_holds_no_event_that_the_history_has_dropped(int length)
    {
        await using var server = await LocalHostServer.Start(null, "Hub:History:MaxCount=100");
        await using var subscriber = await server.Subscribe("topic=quiet");
        var bytes = await PublishWeakly(server, subscriber, length);
        for (var count = 0; count < 150; count++)
        {
            await server.Services.Publisher()
                .PublishAsync(new Update(["other"], ""), Test);
        }
        for (var limit = DateTime.UtcNow + Limits.Soon; bytes.IsAlive && DateTime.UtcNow < limit;)
        {
            await Task.Delay(10, Test);
            GC.Collect();
        }
        Assert.False(bytes.IsAlive);
    }

    private static async Task<WeakReference> PublishWeakly(
        LocalHostServer server, HubSubscription subscriber, int length)
    {
        var log = server.Services.GetRequiredService<IEventLog>();
        var entry = await log.AppendAsync(new Update(["quiet"], new string('x', length)), Test);
        Assert.Equal(length, (await subscriber.Next()).Data.Length);
        Assert.True(MemoryMarshal.TryGetArray(entry.Event.Bytes, out var bytes));
        return new WeakReference(bytes.Array);
    }
}
