using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub;

/// <summary>Reports, once the host has started, whether all instances share the log.</summary>
internal sealed partial class LogNotice(IEventLog log, IConfiguration configuration, ILogger<LogNotice> logger)
    : IHostedLifecycleService
{
    // No environment variable is set on every Azure plan: App Service sets the first two (Flex Consumption sets no
    // instance id), Container Apps sets the last one.
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

    [LoggerMessage(100, LogLevel.Information, "The log is in Redis: all instances share it")]
    private partial void LogShared();

    [LoggerMessage(101, LogLevel.Information, "The log is in the memory of this instance: no other instance shares it")]
    private partial void LogInMemory();

    [LoggerMessage(102, LogLevel.Warning,
        "This app runs on Azure, where it may have several instances, and a subscriber gets only the updates that are "
        + "published on its own instance: set Redis__ConnectionString (an app of your own also needs the package "
        + "SseFunctions.Hub.Redis and a call of AddRedis), or limit the app to one instance")]
    private partial void LogMustBeOne();
}
