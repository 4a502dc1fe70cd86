using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SseFunctions.Hub.Delivery;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests;

/// <summary>The warm-up streams that a host runs after its start. <see cref="Telemetry.ExportTests"/> tests that
/// nothing of them is exported.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public Task Comes_to_its_end() => Task.Run(
        () => Rehearsal.PlayAsync(Limits.Soon), TestContext.Current.CancellationToken).Within("end of the rehearsal");

    [Fact]
    public async Task Leaves_no_trace_in_logs_and_counts()
    {
        await using var server = await LocalHostServer.Start();
        var rehearsal = Assert.Single(server.Services.GetServices<IHostedService>().OfType<Rehearsal>());
        await rehearsal.Ended.Within("end of the rehearsal");
        // All hosts of this process share one rehearsal. On a busy machine it reaches its limit of 5 s, and each host
        // logs that.
        Assert.DoesNotContain(
            server.Logs.Entries,
            line => line.Message.Contains("rehearsal", StringComparison.OrdinalIgnoreCase)
                && line.Exception is not (OperationCanceledException or EndOfStreamException));
        Assert.DoesNotContain(
            server.Logs.Entries, line => line.Message.Contains("A stream of", StringComparison.Ordinal));
        Assert.Equal(0, server.Services.GetRequiredService<Subscribers>().Count);
        Assert.Equal(0, server.Services.GetRequiredService<SseFunctions.Hub.EventLogs.IEventLog>().Size.Count);
    }
}
