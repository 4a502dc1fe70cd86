using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.LocalHost;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The program of the child process. It prints its port, executes the commands that
/// <see cref="ServerProcess"/> writes to it, and stops at the latest when the parent process has ended.</summary>
internal static class ServerProgram
{
    /// <summary>The command that collects garbage. The answer is the number of bytes that are still in use.</summary>
    public const string Collect = "collect";

    /// <summary>The start of an answer; a number follows. The first answer, without a command, is the port.</summary>
    public const string Answer = "answer=";

    /// <summary>Runs the server until SIGTERM or the end of standard input.</summary>
    public static async Task<int> RunAsync(ServerVariant variant, string port)
    {
        await using var application = variant == ServerVariant.LocalHost
            ? LocalHostApplication.Build(["--port", port], Configure)
            : Build(variant);
        await application.StartAsync();
        Say(new Uri(application.Urls.First()).Port);
        // On a separate thread: reading the console blocks, and the thread pool is for the streams.
        new Thread(() => Obey(application.Lifetime)) { IsBackground = true }.Start();
        await application.WaitForShutdownAsync();
        return 0;
    }

    private static void Configure(WebApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (SpeakingModel.FromEnvironment() is { } model) builder.Services.AddSingleton<IChatClient>(model);
    }

    // Configured like LocalHost, so that only the writing differs.
    private static WebApplication Build(ServerVariant variant)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSseFunctions(builder.Configuration);
        builder.Services.AddSingleton<PacedFeed>();
        builder.Services.AddSingleton<QueueBroadcaster>();
        builder.Services.AddSingleton<RingBroadcaster>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var application = builder.Build();
        switch (variant)
        {
            case ServerVariant.Streams:
                StreamsEndpoints.Map(application);
                break;
            case ServerVariant.Queue:
                BroadcastEndpoints.Map(application, application.Services.GetRequiredService<QueueBroadcaster>());
                break;
            case ServerVariant.Ring:
                BroadcastEndpoints.Map(application, application.Services.GetRequiredService<RingBroadcaster>());
                break;
            default:
                ByHandEndpoints.Map(application);
                break;
        }
        return application;
    }

    private static void Obey(IHostApplicationLifetime lifetime)
    {
        while (Console.ReadLine() is { } command)
        {
            if (command != Collect) continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Say(GC.GetTotalMemory(forceFullCollection: false));
        }
        lifetime.StopApplication();
    }

    private static void Say(long value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Answer}{value}"));
}
