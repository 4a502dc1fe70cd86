using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub;

/// <summary>Says in the app's log, once the host has started, where updates are held.</summary>
internal sealed partial class LogNotice(IEventLog log, IConfiguration configuration, ILogger<LogNotice> logger)
    : IHostedLifecycleService
{
    // Not every plan of Azure sets the same variables on the instances of an app: the first two are those of App Service
    // (Flex Consumption has no instance id), the last one is that of Container Apps.
    private static readonly string[] SetOnAzure = ["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"];

    private readonly ILogger _logger = logger;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (log.IsShared)
        {
            LogShared();
            return Task.CompletedTask;
        }
        LogInMemory();
        if (SetOnAzure.Any(name => !string.IsNullOrEmpty(configuration[name]))) LogMustBeOne();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Updates are held in Redis: all instances share them")]
    private partial void LogShared();

    [LoggerMessage(2, LogLevel.Information, "Updates are held in the memory of this instance")]
    private partial void LogInMemory();

    [LoggerMessage(3, LogLevel.Warning,
        "This app runs on Azure, where it may have several instances, and each instance holds its own updates: set "
        + "Redis__ConnectionString (an app of your own also needs the package SseFunctions.Hub.Redis and a call of "
        + "AddRedis), or limit the app to one instance")]
    private partial void LogMustBeOne();
}
