using System.Globalization;
using System.Runtime.InteropServices;
using SseFunctions.Benchmarks.Commands;
using SseFunctions.Benchmarks.Server;

// The child processes: not for people.
if (args is ["serve", var variant]) return await ServerProgram.RunAsync(Enum.Parse<ServerVariant>(variant));

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
        case ["idle"]:
            await IdleCommand.RunAsync(IdleCommand.DefaultStreams, stop.Token);
            return 0;
        case ["idle", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is > 0 and <= IdleCommand.MaxStreams:
            await IdleCommand.RunAsync(count, stop.Token);
            return 0;
        case ["write"]:
            await WriteCommand.RunAsync(stop.Token);
            return 0;
        case ["encode"]:
            EncodeCommand.Run();
            return 0;
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

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
