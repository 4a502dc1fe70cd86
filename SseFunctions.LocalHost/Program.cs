using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SseFunctions.LocalHost;

try
{
    await using var application = LocalHostApplication.Build(args);
    await application.StartAsync();
    Console.WriteLine(Greeting.Of(application));
    await application.WaitForShutdownAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    return Fail($"A setting is wrong. {string.Join(' ', exception.Failures)}");
}
catch (InvalidDataException exception)
{
    return Fail(exception.Message);
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    return Fail($"{exception.Message} Stop the program that listens there, or choose another port with --port "
        + "(0: any that is free).");
}
catch (IOException exception)
{
    return Fail(exception.Message);
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
