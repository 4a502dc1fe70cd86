using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using SseFunctions.Benchmarks.Commands;
using SseFunctions.Benchmarks.Server;

// The child processes: not for people.
if (args is ["serve", var variant, var port])
    return await ServerProgram.RunAsync(Enum.Parse<ServerVariant>(variant), port);

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(15));
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    switch (args)
    {
        case ["first-byte"]:
            await FirstByteCommand.RunAsync(stop.Token);
            return 0;
        case ["stop"]:
            await StopCommand.RunAsync(stop.Token);
            return 0;
        case ["idle", .. { Length: <= 1 } count]:
            await IdleCommand.RunAsync(CountOf(count, IdleCommand.DefaultStreams), stop.Token);
            return 0;
        case ["write"]:
            await WriteCommand.RunAsync(stop.Token);
            return 0;
        case ["encode"]:
            MicroCommand.Run<EncodeBenchmark>();
            return 0;
        case ["match"]:
            MicroCommand.Run<MatchBenchmark>();
            return 0;
        case ["append"]:
            MicroCommand.Run<AppendBenchmark>();
            return 0;
        case ["redis-append", var server]:
            await RedisAppendCommand.RunAsync(server, stop.Token);
            return 0;
        case ["hub-idle", .. { Length: <= 1 } count]:
            await IdleCommand.RunHubAsync(CountOf(count, IdleCommand.DefaultHubStreams), stop.Token);
            return 0;
        case ["load", var url, .. var options]:
            return await LoadCommand.RunAsync(url, new Arguments(options), stop.Token);
        case ["fan-out", .. var options]:
            return await CompareCommand.FanOutAsync(new Arguments(options), stop.Token);
        case ["gather", .. var options]:
            return await CompareCommand.GatherAsync(new Arguments(options), stop.Token);
        case ["closed-loop", .. var options]:
            return await CompareCommand.ClosedLoopAsync(new Arguments(options), stop.Token);
        case ["publish-cost", .. var options]:
            return await PublishCostCommand.RunAsync(new Arguments(options), stop.Token);
        case ["stalled", .. var options]:
            return await StalledCommand.RunAsync(new Arguments(options), stop.Token);
        case ["deliveries", .. var options]:
            return await DeliveriesCommand.RunAsync(new Arguments(options), stop.Token);
        case ["instances", .. var options]:
            return await InstancesCommand.RunAsync(new Arguments(options), stop.Token);
        case ["reconnect", .. var options]:
            await ReconnectCommand.RunAsync(new Arguments(options), stop.Token);
            return 0;
        case ["instances-load", .. var options]:
            return await InstancesLoadCommand.RunAsync(new Arguments(options), stop.Token);
        default:
            Console.WriteLine(Usage.Text);
            return args.Length == 0 ? 0 : 1;
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped, or not done in time.");
    return 1;
}
catch (Exception exception) when (exception is UsageException or IOException or SocketException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static int CountOf(string[] texts, int fallback)
{
    if (texts is [] or null) return fallback;
    return int.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        && count is > 0 and <= IdleCommand.MaxStreams
        ? count
        : throw new UsageException($"'{texts[0]}' is no number of streams.");
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
