using System.Net.Sockets;
using System.Runtime.InteropServices;
using SseFunctions.Benchmarks.Commands;
using SseFunctions.Benchmarks.Server;

// Arguments of the child processes that this program starts. They are not in the usage text.
if (args is ["serve", var variant, var port])
    return await ServerProgram.RunAsync(Enum.Parse<ServerVariant>(variant), port);

if (CommandTable.Find(args) is not { } command)
{
    Console.WriteLine(CommandTable.Usage);
    return args.Length == 0 ? 0 : 1;
}

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(15));
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return await command.RunAsync(args[1..], stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Canceled, or out of time.");
    return 1;
}
catch (Exception exception) when (exception is UsageException or IOException or SocketException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
