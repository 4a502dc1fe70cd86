using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Hub;

namespace SseFunctions.LocalHost;

/// <summary>Builds LocalHost: the app's functions on plain Kestrel, with the routes and settings of the Functions
/// host.</summary>
internal static class LocalHostApplication
{
    // Streams end immediately when the host stops. The timeout is for connections that take nothing any more.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The assemblies whose functions are served: the app's sources, which LocalHost compiles, and
    /// packages.</summary>
    public static readonly IReadOnlyList<Assembly> FunctionAssemblies =
        [
            Assembly.GetExecutingAssembly(),
            typeof(HubFunctions).Assembly,
            typeof(DiscussionFunctions).Assembly,
        ];

    /// <summary>Builds the application. Environment variables override local.settings.json; the command line overrides
    /// both.</summary>
    /// <param name="args">The arguments of the command line, without the name of the program.</param>
    /// <param name="configure">Changes the builder, for tests and benchmarks; null: no change.</param>
    /// <exception cref="InvalidDataException">An argument, host.json, local.settings.json, the port or the collector's
    /// URL is invalid.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        CommandLine.Check(args);
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var files = new HostFiles(AppContext.BaseDirectory);
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = files.Values });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        var routePrefix = files.RoutePrefix;
        builder.Services.AddSingleton(services =>
            new FunctionRouter(FunctionAssemblies, routePrefix, services));
        Log(builder.Logging);

        // Only from the command line: an environment variable PORT may be meant for another program.
        var port = files.Port(new ConfigurationBuilder().AddCommandLine(args).Build()[CommandLine.Port]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (port == 0) kestrel.Listen(IPAddress.Loopback, port);
            else kestrel.ListenLocalhost(port);
        });
        configure?.Invoke(builder);
        // After configure, because the settings decide which services are added.
        builder.Services.AddSseFunctions(builder.Configuration);
        builder.AddTelemetry();

        var application = builder.Build();
        var router = application.Services.GetRequiredService<FunctionRouter>();
        application.Run(router.InvokeAsync);
        return application;
    }

    private static void Log(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        })
        .AddFilter("Microsoft", LogLevel.Warning)
        // Program writes one line that says why LocalHost did not start.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
}
