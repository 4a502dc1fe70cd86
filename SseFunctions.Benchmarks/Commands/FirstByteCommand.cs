using System.Diagnostics;
using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures the time until a client has the headers and the first comment of a stream whose first event comes
/// much later.</summary>
internal static class FirstByteCommand
{
    private const int WarmUps = 20;
    private const int Requests = 200;
    private const double Most = 0.99;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.StartAsync(
            ServerVariant.Streams, new Dictionary<string, string>(), cancellationToken);
        var first = await MeasureAsync(server, cancellationToken);
        for (var count = 0; count < WarmUps; count++) await MeasureAsync(server, cancellationToken);
        var waits = new double[Requests];
        for (var count = 0; count < Requests; count++) waits[count] = await MeasureAsync(server, cancellationToken);

        var table = new Table("request to first comment", "ms");
        table.Add($"p50 of {Requests}", $"{waits.Median():F2}");
        table.Add($"p99", $"{waits.Percentile(Most):F2}");
        table.Add($"max", $"{waits.Max():F2}");
        table.Add($"the server's very first", $"{first:F2}");
        table.Print();
    }

    private static async Task<double> MeasureAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var request = SseClient.Request(Paths.Late);
        using var client = await SseClient.ConnectAsync(server.Address, null, cancellationToken);
        var asked = Stopwatch.GetTimestamp();
        await client.SendAsync(request, cancellationToken);
        await client.ReadHeadAsync(cancellationToken);
        if (await client.ReadBlockAsync(cancellationToken) is null)
        {
            throw new IOException(
                "The stream ended before its first comment.");
        }
        return Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
    }
}
