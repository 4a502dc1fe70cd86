using System.Diagnostics;
using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures how many subscribers reconnect at the same moment after their server was killed and started again:
/// with the random retry that each stream gets, and with the same retry for all.</summary>
internal static class ReconnectCommand
{
    private const int DefaultSubscribers = 5000;

    private static readonly TimeSpan SameRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">Not all subscribers reconnected.</exception>
    public static async Task RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var subscribers = arguments.Count("subscribers", DefaultSubscribers, LoadLimits.MaxStreams());
        arguments.End();
        var table = new Table(
            "retry", "subscribers", "due in 100 ms", "due in 1 s", "came in 100 ms", "came in 1 s",
            "first after s", "last after s", "refused", "down for s");
        await MeasureAsync("2 s for all", SameRetry, subscribers, table, cancellationToken);
        await MeasureAsync("random for each", null, subscribers, table, cancellationToken);
        table.Print();
    }

    private static async Task MeasureAsync(
        string label, TimeSpan? retry, int subscribers, Table table, CancellationToken cancellationToken)
    {
        await using var group = await InstanceGroup.StartAsync(1, HubSettings.All, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var path = $"{Paths.Hub}?topic=a";
        ReconnectingClient[] clients = [.. Enumerable.Range(0, subscribers).Select(
            _ => new ReconnectingClient(group.Servers[0].Address, path, retry))];
        var running = new List<Task>();
        foreach (var some in clients.Chunk(LoadLimits.OpenedAtOnce))
        {
            running.AddRange(some.Select(client => client.RunAsync(end.Token)));
            await Task.WhenAll(some.Select(client => client.Opened)).WaitAsync(Limit, cancellationToken);
        }
        foreach (var client in clients) client.Forget();
        // The times that the server has asked for. The real times also depend on how busy this machine is.
        long[] due = [.. clients.Select(client => (long)(client.Retry.TotalSeconds * Stopwatch.Frequency)).Order()];

        var killed = Stopwatch.GetTimestamp();
        await group.KillAndStartAsync(0, cancellationToken);
        var down = Stopwatch.GetElapsedTime(killed);
        await Task.WhenAll(clients.Select(client => client.Opened)).WaitAsync(Limit, cancellationToken);

        long[] connected = [.. clients.SelectMany(client => client.Connected).Order()];
        table.Add(
            $"{label}",
            $"{subscribers}",
            $"{MostWithin(due, Moment)}",
            $"{MostWithin(due, Second)}",
            $"{MostWithin(connected, Moment)}",
            $"{MostWithin(connected, Second)}",
            $"{Stopwatch.GetElapsedTime(killed, connected[0]).TotalSeconds:F1}",
            $"{Stopwatch.GetElapsedTime(killed, connected[^1]).TotalSeconds:F1}",
            $"{clients.Sum(client => client.Refused)}",
            $"{down.TotalSeconds:F1}");
        await end.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static int MostWithin(long[] sorted, TimeSpan span)
    {
        var (most, first) = (0, 0);
        for (var last = 0; last < sorted.Length; last++)
        {
            while (Stopwatch.GetElapsedTime(sorted[first], sorted[last]) > span) first++;
            most = Math.Max(most, last - first + 1);
        }
        return most;
    }
}
