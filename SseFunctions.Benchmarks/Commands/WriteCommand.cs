using System.Globalization;
using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures the events per second of the server's processor time, compared with hand-written loops.</summary>
internal static class WriteCommand
{
    private const int Rounds = 9;
    private const int Sample = 100;

    // The chunk framing of an event: "64", its size in hexadecimal, and two line ends.
    private const int ChunkBytes = 6;
    private const double Thousand = 1000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Demo__Delay"] = "00:00:00",
        ["Streaming__MaxDuration"] = "00:00:00",
    };

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var table = new Table(
            "events per ms of processor time", "ours", "by hand", "ratio", "lowest", "highest", "same content");
        foreach (var shape in WriteShape.All) await MeasureAsync(shape, table, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Medians of {Rounds} rounds of {Round.TotalSeconds} s each, in turns; the ratios are of the rounds."));
        table.Print();
    }

    private static async Task MeasureAsync(WriteShape shape, Table table, CancellationToken cancellationToken)
    {
        await using var ours = await ServerProcess.StartAsync(ServerVariant.Streams, Settings, cancellationToken);
        await using var byHand = await ServerProcess.StartAsync(ServerVariant.ByHand, Settings, cancellationToken);
        var blocks = shape.IsEndless ? Sample : int.MaxValue;
        var sample = await WireSample.TakeAsync(ours.Address, shape.Path, blocks, cancellationToken);
        var other = await WireSample.TakeAsync(byHand.Address, shape.Path, blocks, cancellationToken);
        var bytesPerEvent = shape.IsEndless ? Workload.EventBytes + ChunkBytes : sample.BytesPerEvent;

        await LoadAsync(ours, shape, bytesPerEvent, WarmUp, cancellationToken);
        await LoadAsync(byHand, shape, bytesPerEvent, WarmUp, cancellationToken);
        var figures = new List<(double Ours, double ByHand)>();
        for (var round = 0; round < Rounds; round++)
        {
            figures.Add((
                await LoadAsync(ours, shape, bytesPerEvent, Round, cancellationToken),
                await LoadAsync(byHand, shape, bytesPerEvent, Round, cancellationToken)));
        }
        var ratios = figures.Select(figure => figure.Ours / figure.ByHand).ToArray();
        table.Add(
            $"{shape.Name}",
            $"{figures.Select(figure => figure.Ours).Median():F0}",
            $"{figures.Select(figure => figure.ByHand).Median():F0}",
            $"{ratios.Median():F2}",
            $"{ratios.Min():F2}",
            $"{ratios.Max():F2}",
            $"{(sample.HasContentOf(other) ? "yes" : "NO")}");
    }

    private static async Task<double> LoadAsync(
        ServerProcess server,
        WriteShape shape,
        double bytesPerEvent,
        TimeSpan duration,
        CancellationToken cancellationToken)
    {
        await using var load = new ByteCounter(server.Address, shape.Path, shape.Connections, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        var (time, bytes) = (server.ProcessorTime, load.Bytes);
        await Task.Delay(duration, cancellationToken);
        var events = (load.Bytes - bytes) / bytesPerEvent;
        return events / (server.ProcessorTime - time).TotalSeconds / Thousand;
    }
}
