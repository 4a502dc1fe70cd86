using System.Globalization;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Compares the hub with hand-written broadcasters under the same load, in turns.</summary>
internal static class CompareCommand
{
    private const string Topic = "https://example.com/load";
    private const int MaxRounds = 50;
    private const int MaxSeconds = 60;
    private const int MaxCount = 1000;
    private const int MaxRate = 100_000;
    private const double NearlyAll = 0.99;

    // Long enough for tiered compilation, which takes longer the more code a server has.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    /// <summary>Few updates to some and to many subscribers: measures the cost of one delivery.</summary>
    public static Task<int> FanOutAsync(Arguments arguments, CancellationToken cancellationToken) => RunAsync(
        [
            new LoadOptions { Subscribers = 1000, Publishers = 1, Rate = 10 },
            new LoadOptions { Subscribers = 5000, Publishers = 1, Rate = 10 },
        ],
        arguments,
        cancellationToken);

    /// <summary>Publishers as fast as answers come, then one publisher that waits for deliveries: measures how pending
    /// updates leave together.</summary>
    public static Task<int> ClosedLoopAsync(Arguments arguments, CancellationToken cancellationToken) => RunAsync(
        [
            new LoadOptions { Subscribers = 1000, Publishers = 16 },
            new LoadOptions { Subscribers = 1000, Publishers = 1, InFlight = 16 },
        ],
        arguments,
        cancellationToken);

    /// <summary>The hub with different values of <c>Hub:Gather</c>: measures the effect of gathering.</summary>
    public static Task<int> GatherAsync(Arguments arguments, CancellationToken cancellationToken) => RunAsync(
        [
            new LoadOptions { Subscribers = 1000, Publishers = 1, InFlight = 16 },
            new LoadOptions { Subscribers = 1000, Publishers = 1, Rate = 100 },
        ],
        arguments,
        cancellationToken,
        HubServer.Gathering);

    private static async Task<int> RunAsync(
        LoadOptions[] loads,
        Arguments arguments,
        CancellationToken cancellationToken,
        string servers = HubServer.All)
    {
        var names = (arguments.Text("servers") ?? servers).Split(',');
        var subscribers = arguments.Count("subscribers", 0, LoadLimits.MaxStreams() / names.Length);
        var publishers = arguments.Count("publishers", 0, MaxCount);
        var rate = arguments.Rate("rate", MaxRate);
        var duration = arguments.Seconds("seconds", 5, MaxSeconds);
        var rounds = Math.Max(1, arguments.Count("rounds", 5, MaxRounds));
        arguments.End();

        var isGood = true;
        // An option can make two loads equal. Then only one of them runs.
        foreach (var load in loads.Select(load => load with
        {
            Subscribers = subscribers > 0 ? subscribers : load.Subscribers,
            Publishers = publishers > 0 ? publishers : load.Publishers,
            Rate = rate ?? load.Rate,
        }).Distinct()) isGood &= await RunAsync(names, load, duration, rounds, cancellationToken);
        return isGood ? 0 : 1;
    }

    private static async Task<bool> RunAsync(
        string[] names, LoadOptions options, TimeSpan duration, int rounds, CancellationToken cancellationToken)
    {
        var servers = new List<Competitor>();
        try
        {
            foreach (var name in names) servers.Add(await Competitor.StartAsync(name, options, cancellationToken));
            foreach (var server in servers) await server.Load.MeasureAsync(WarmUp, null, cancellationToken);
            for (var round = 0; round < rounds; round++)
            {
                foreach (var server in servers)
                    server.Rounds.Add(await server.Load.MeasureAsync(duration, null, cancellationToken));
            }
            var publishing = options.InFlight is { } inFlight ? $", {inFlight} updates on the way" : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Subscribers} subscribers, publishers: {options.Publishers}{publishing}; "
                + $"medians of {rounds} rounds in turns, after a warm-up."));
            return await PrintAsync(servers, cancellationToken);
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    private static async Task<bool> PrintAsync(List<Competitor> servers, CancellationToken cancellationToken)
    {
        var table = new LoadTable();
        var isGood = true;
        foreach (var server in servers)
        {
            table.AddMedians(server.Name, server.Rounds);
            var verdict = await server.Load.JudgeAsync(cancellationToken);
            table.Add(server.Name, verdict, server.Load.BytesPerStream);
            isGood &= verdict.IsGood;
        }
        table.Print();
        if (servers.Count < 2) return isGood;

        Console.WriteLine();
        var ratios = new Table(
            $"{servers[0].Name} against",
            "deliveries per CPU s", "lowest", "highest", "deliveries/s", "p99 of last delivery");
        foreach (var other in servers.Skip(1))
        {
            double[] RatiosOf(Func<LoadFigures, double> figure) =>
                [.. servers[0].Rounds.Zip(other.Rounds, (ours, theirs) => figure(ours) / figure(theirs))];
            var efficiency = RatiosOf(round => round.DeliveriesPerProcessorSecond);
            ratios.Add(
                $"{other.Name}",
                $"{efficiency.Median():F2}",
                $"{efficiency.Min():F2}",
                $"{efficiency.Max():F2}",
                $"{RatiosOf(round => round.DeliveriesPerSecond).Median():F2}",
                $"{RatiosOf(round => round.LastDeliveries.Percentile(NearlyAll)).Median():F2}");
        }
        ratios.Print();
        Console.WriteLine();
        return isGood;
    }

    private sealed class Competitor(string name, ServerProcess process, LoadRun load) : IAsyncDisposable
    {
        public string Name => name;

        public LoadRun Load => load;

        public List<LoadFigures> Rounds { get; } = [];

        public static async Task<Competitor> StartAsync(
            string name, LoadOptions options, CancellationToken cancellationToken)
        {
            var variant = HubServer.Parse(name);
            var process = await ServerProcess.StartAsync(
                variant, HubServer.SettingsOf(name), cancellationToken);
            try
            {
                var load = await LoadRun.OpenAsync(LoadTarget.Of(process, Topic), options, cancellationToken);
                return new Competitor(name, process, load);
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await load.DisposeAsync();
            await process.DisposeAsync();
        }
    }
}
