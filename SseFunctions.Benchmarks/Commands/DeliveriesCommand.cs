using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Checks that each subscriber gets each update once and in order, in many deliveries. Meanwhile connections
/// break at random and resume, those of each subscriber also before its first update.</summary>
internal static class DeliveriesCommand
{
    private const string Topic = "https://example.com/load";
    private const int MaxCount = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Measures, and prints the result.</summary>
    /// <returns>The exit code: 0 if every subscriber got every update once and in order.</returns>
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var updates = Math.Max(1, arguments.Count("updates", 2000, MaxCount));
        var name = arguments.Text("server") ?? HubServer.Ours;
        var options = new LoadOptions
        {
            Subscribers = arguments.Count("subscribers", 500, LoadLimits.MaxStreams()),
            Publishers = Math.Max(1, arguments.Count("publishers", 8, 1000)),
            Rate = arguments.Rate("rate", MaxCount) ?? 100,
            DropsPerSecond = arguments.Rate("drops", MaxCount) ?? 100,
            IsCutEarly = arguments.Is("early-cuts", fallback: name == HubServer.Ours),
        };
        arguments.End();

        await using var server = await ServerProcess.StartAsync(
            HubServer.Parse(name), HubSettings.All, cancellationToken);
        await using var load = await LoadRun.OpenAsync(LoadTarget.Of(server, Topic), options, cancellationToken);
        var figures = await load.MeasureAsync(Limit, updates, cancellationToken);
        var verdict = await load.JudgeAsync(cancellationToken);
        var table = new LoadTable();
        table.Add(name, figures);
        table.Add(name, verdict, load.BytesPerStream);
        table.Print();
        var isComplete = figures.Deliveries >= (long)updates * options.Subscribers;
        return verdict.IsGood && verdict.WasCutEarly(options) && isComplete ? 0 : 1;
    }
}
