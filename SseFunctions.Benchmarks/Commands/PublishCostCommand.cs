using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures the hub's cost of publishing to a topic without subscribers: without any subscriber, and with
/// thousands of subscribers that each have another topic.</summary>
internal static class PublishCostCommand
{
    private const string Topic = "https://example.com/published";
    private const string OtherTopic = "https://example.com/others/" + LoadTarget.NumberMark;
    private const int DefaultSubscribers = 20_000;
    private const int MaxRounds = 50;
    private const int MaxSeconds = 60;
    private const int MaxPublishers = 1000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    // Without heartbeats, whose cost would be counted as the cost of publishing.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var most = LoadLimits.MaxStreams();
        var subscribers = arguments.Count("subscribers", Math.Min(DefaultSubscribers, most), most);
        var publishers = Math.Max(1, arguments.Count("publishers", 4, MaxPublishers));
        var duration = arguments.Seconds("seconds", 3, MaxSeconds);
        var rounds = Math.Max(1, arguments.Count("rounds", 5, MaxRounds));
        arguments.End();

        var options = new LoadOptions { Subscribers = 0, Publishers = publishers, IsDelivered = false };
        var settings = HubSettings.With(Heartbeat);
        await using var emptyServer = await ServerProcess.StartAsync(
            ServerVariant.LocalHost, settings, cancellationToken);
        await using var fullServer = await ServerProcess.StartAsync(
            ServerVariant.LocalHost, settings, cancellationToken);
        await using var empty = await LoadRun.OpenAsync(
            LoadTarget.Of(emptyServer, Topic), options, cancellationToken);
        await using var full = await LoadRun.OpenAsync(
            LoadTarget.Of(fullServer, Topic, OtherTopic),
            options with { Subscribers = subscribers },
            cancellationToken);
        await empty.MeasureAsync(WarmUp, null, cancellationToken);
        await full.MeasureAsync(WarmUp, null, cancellationToken);

        var figures = new List<(LoadFigures Empty, LoadFigures Full)>();
        for (var round = 0; round < rounds; round++)
        {
            figures.Add((
                await empty.MeasureAsync(duration, null, cancellationToken),
                await full.MeasureAsync(duration, null, cancellationToken)));
        }
        Print(subscribers, figures);
        return figures.All(round => round.Full.Deliveries == 0) ? 0 : 1;
    }

    private static void Print(int subscribers, List<(LoadFigures Empty, LoadFigures Full)> figures)
    {
        var table = new Table("subscribers on other topics", "us CPU per publish", "publishes/s");
        table.Add(
            $"0",
            $"{figures.Select(round => round.Empty.MicrosecondsPerUpdate).Median():F1}",
            $"{figures.Select(round => round.Empty.UpdatesPerSecond).Median():F0}");
        table.Add(
            $"{subscribers}",
            $"{figures.Select(round => round.Full.MicrosecondsPerUpdate).Median():F1}",
            $"{figures.Select(round => round.Full.UpdatesPerSecond).Median():F0}");
        var ratios = figures.Select(round => round.Full.MicrosecondsPerUpdate / round.Empty.MicrosecondsPerUpdate)
            .ToArray();
        table.Add($"ratio ({ratios.Min():F2} to {ratios.Max():F2})", $"{ratios.Median():F2}", $"");
        table.Print();
    }
}
