using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Reporting;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Measures how long a server with open streams takes to stop, and how many of the streams end
/// cleanly.</summary>
internal static class StopCommand
{
    private const int Rounds = 5;
    private const int Streams = 100;

    private static readonly Dictionary<string, string> Settings = new() { ["Demo__Delay"] = "00:00:30" };

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var table = new Table("stop", "process gone after ms", "streams", "ended cleanly");
        for (var round = 1; round <= Rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(
                ServerVariant.LocalHost, Settings, cancellationToken);
            var clients = await Task.WhenAll(
                Enumerable.Range(0, Streams).Select(_ => OpenAsync(server, cancellationToken)));
            var ends = Task.WhenAll(clients.Select(client => client.ReadToCleanEndAsync(cancellationToken)));
            var duration = await server.TerminateAsync(cancellationToken);
            var clean = (await ends).Count(isClean => isClean);
            table.Add($"{round}", $"{duration.TotalMilliseconds:F0}", $"{Streams}", $"{clean}");
            foreach (var client in clients) client.Dispose();
        }
        table.Print();
    }

    private static async Task<SseClient> OpenAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var client = await SseClient.ConnectAsync(server.Address, null, cancellationToken);
        await client.OpenAsync(Paths.Events, cancellationToken);
        if (await client.ReadBlockAsync(cancellationToken) is null)
        {
            throw new IOException(
                "The stream ended before its first comment.");
        }
        return client;
    }
}
