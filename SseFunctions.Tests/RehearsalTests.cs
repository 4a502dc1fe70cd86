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
    public async Task Comes_to_its_end_and_leaves_no_trace_in_logs_and_counts()
    {
        await using var server = await LocalHostServer.Start();
        var rehearsal = Assert.Single(server.Services.GetServices<IHostedService>().OfType<Rehearsal>());
        await rehearsal.Ended.Within("end of the rehearsal");
        // The rehearsal of this process ran with its first host, beside other tests. On a busy machine it reaches its
        // limit of 5 s, and each host says so. Then another one must come to its end.
        if (server.Logs.Entries.FirstOrDefault(IsAboutIt) is { } stopped)
        {
            Assert.True(IsByLimit(stopped.Exception), $"{stopped.Exception}");
            await UntilPlayed();
        }
        Assert.DoesNotContain(server.Logs.Entries, line => IsAboutIt(line) && line.Exception is null);
        Assert.DoesNotContain(
            server.Logs.Entries, line => line.Message.Contains("A stream of", StringComparison.Ordinal));
        Assert.Equal(0, server.Services.GetRequiredService<Subscribers>().Count);
        Assert.Equal(0, server.Services.GetRequiredService<SseFunctions.Hub.EventLogs.IEventLog>().Size.Count);
    }

    private static bool IsAboutIt(LogLine line) =>
        line.Message.Contains("rehearsal", StringComparison.OrdinalIgnoreCase);

    // At the limit the reader of a stream is canceled, or finds that its stream has ended.
    private static bool IsByLimit(Exception? exception) =>
        exception is OperationCanceledException or EndOfStreamException;

    private static async Task UntilPlayed()
    {
        var give = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            try
            {
                await Rehearsal.PlayAsync();
                return;
            }
            catch (Exception exception) when (IsByLimit(exception) && DateTime.UtcNow < give)
            {
                // The machine is still busy.
            }
        }
    }
}
