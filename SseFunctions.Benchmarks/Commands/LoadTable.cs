using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Two tables with a row per load: its figures, and its errors.</summary>
internal sealed class LoadTable
{
    private const double Half = 0.5;
    private const double Most = 0.9;
    private const double NearlyAll = 0.99;
    private const double BytesPerKilobyte = 1024;

    private readonly Table _figures = new(
        "figures", "updates/s", "deliveries", "deliveries/s", "per CPU s", "us CPU each", "per receive",
        "p50 ms", "p90", "p99", "max", "last: p50", "p99", "max");

    private readonly Table _verdicts = new(
        "verdict", "lost", "doubled", "out of order", "other ids",
        "broken off", "before the first", "reopened", "ended by server", "refused", "other events", "KB/stream");

    /// <summary>Adds the figures of a round.</summary>
    public void Add(string name, LoadFigures figures) => _figures.Add(
        $"{name}",
        $"{figures.UpdatesPerSecond:F1}",
        $"{figures.Deliveries}",
        $"{figures.DeliveriesPerSecond:F0}",
        $"{figures.DeliveriesPerProcessorSecond:F0}",
        $"{figures.MicrosecondsPerDelivery:F2}",
        $"{figures.DeliveriesPerReceive:F1}",
        $"{figures.Latencies.Percentile(Half):F1}",
        $"{figures.Latencies.Percentile(Most):F1}",
        $"{figures.Latencies.Percentile(NearlyAll):F1}",
        $"{figures.Latencies.Maximum:F1}",
        $"{figures.LastDeliveries.Percentile(Half):F1}",
        $"{figures.LastDeliveries.Percentile(NearlyAll):F1}",
        $"{figures.LastDeliveries.Maximum:F1}");

    /// <summary>Adds the medians of rounds, figure by figure.</summary>
    public void AddMedians(string name, IReadOnlyCollection<LoadFigures> rounds) => _figures.Add(
        $"{name}",
        $"{rounds.Select(round => round.UpdatesPerSecond).Median():F1}",
        $"{rounds.Select(round => (double)round.Deliveries).Median():F0}",
        $"{rounds.Select(round => round.DeliveriesPerSecond).Median():F0}",
        $"{rounds.Select(round => round.DeliveriesPerProcessorSecond).Median():F0}",
        $"{rounds.Select(round => round.MicrosecondsPerDelivery).Median():F2}",
        $"{rounds.Select(round => round.DeliveriesPerReceive).Median():F1}",
        $"{rounds.Select(round => round.Latencies.Percentile(Half)).Median():F1}",
        $"{rounds.Select(round => round.Latencies.Percentile(Most)).Median():F1}",
        $"{rounds.Select(round => round.Latencies.Percentile(NearlyAll)).Median():F1}",
        $"{rounds.Select(round => round.Latencies.Maximum).Median():F1}",
        $"{rounds.Select(round => round.LastDeliveries.Percentile(Half)).Median():F1}",
        $"{rounds.Select(round => round.LastDeliveries.Percentile(NearlyAll)).Median():F1}",
        $"{rounds.Select(round => round.LastDeliveries.Maximum).Median():F1}");

    /// <summary>Adds the errors of a load in all rounds, and the server's memory per stream, in bytes; null: not
    /// known.</summary>
    public void Add(string name, LoadVerdict verdict, double? bytesPerStream) => _verdicts.Add(
        $"{name}",
        $"{verdict.Lost}",
        $"{verdict.Doubled}",
        $"{verdict.OutOfOrder}",
        $"{verdict.OtherIds}",
        $"{verdict.Counts.Drops}",
        $"{verdict.Counts.EarlyDrops}",
        $"{verdict.Counts.Reconnects}",
        $"{verdict.Counts.Ended}",
        $"{verdict.Counts.Refused}",
        $"{verdict.Counts.Others}",
        $"{bytesPerStream / BytesPerKilobyte:F1}");

    /// <summary>Prints both tables.</summary>
    public void Print()
    {
        _figures.Print();
        Console.WriteLine();
        _verdicts.Print();
    }
}
