using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub;

namespace SseFunctions.LocalHost;

/// <summary>The functions on plain Kestrel, as they would be in the Functions host.</summary>
internal static class LocalHostApplication
{
    // Streams end as soon as the host stops; a connection that takes nothing any more is not waited for.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The assemblies whose functions are served: the app's own sources, which LocalHost compiles, and those of
    /// packages.</summary>
    public static readonly IReadOnlyList<Assembly> FunctionAssemblies =
        [Assembly.GetExecutingAssembly(), typeof(HubFunctions).Assembly];

    /// <summary>Builds the application. Environment variables win over local.settings.json, the command line over both.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="configure">Changes what tests want otherwise.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var files = new HostFiles(AppContext.BaseDirectory);
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = files.Values });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        var routePrefix = files.RoutePrefix;
        builder.Services.AddSingleton(services =>
            new FunctionRouter(FunctionAssemblies, routePrefix, services));
        Log(builder.Logging);

        // Not from the whole configuration: an environment variable PORT is meant for others.
        var port = files.Port(new ConfigurationBuilder().AddCommandLine(args).Build()["port"]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (port == 0) kestrel.Listen(IPAddress.Loopback, port);
            else kestrel.ListenLocalhost(port);
        });
        configure?.Invoke(builder);
        // Which services there are depends on the settings.
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
        // Why LocalHost did not start is said in one line, by Program.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
}
