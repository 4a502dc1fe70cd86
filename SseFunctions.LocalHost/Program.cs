using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SseFunctions.LocalHost;

if (args is ["--help" or "-h" or "-?", ..])
{
    Console.WriteLine("""
        LocalHost runs the functions of the app without the Azure Functions host.

          --port 7072             the port; 0: any free port. Default: Host.LocalHttpPort in local.settings.json, 7071
          --Hub:Anonymous false   any setting of docs/reference.md, by its name
        """);
    return 0;
}
try
{
    await using var application = LocalHostApplication.Build(args);
    await application.StartAsync();
    Console.WriteLine(Greeting.Of(application));
    await application.WaitForShutdownAsync();
    return 0;
}
catch (Exception exception) when (WrongSettings(exception).Any())
{
    var failures = WrongSettings(exception).SelectMany(wrong => wrong.Failures);
    return Fail($"A setting is wrong. {string.Join(' ', failures)}");
}
catch (InvalidDataException exception)
{
    return Fail(exception.Message);
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    return Fail($"{exception.Message} Stop the program that listens there, or choose another port with --port "
        + "(0: any free port).");
}
catch (Exception exception) when (exception is IOException or SocketException)
{
    return Fail($"LocalHost cannot start. {exception.Message}");
}

// One exception is thrown as it is. Several are thrown as an AggregateException.
static IEnumerable<OptionsValidationException> WrongSettings(Exception exception) =>
    (exception is AggregateException all ? all.InnerExceptions : (IEnumerable<Exception>)[exception])
    .OfType<OptionsValidationException>();

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
