using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.EventLogs.Redis;

namespace SseFunctions.EventLogs;

/// <summary>Starts the log with the host, before those who read it, and says which one it is.</summary>
internal sealed partial class EventLogHost(IEventLog log, IConfiguration configuration, ILogger<EventLogHost> logger)
    : IHostedLifecycleService
{
    // Not every plan of Azure sets the same on the instances of an app: the first two are those of App Service (Flex
    // Consumption has no instance id), the last one that of Container Apps.
    private static readonly string[] SetOnAzure = ["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"];

    private readonly ILogger _logger = logger;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) =>
        log is RedisEventLog redis ? redis.StartAsync(cancellationToken) : Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (log is RedisEventLog)
        {
            LogShared();
            return Task.CompletedTask;
        }
        LogInMemory();
        if (SetOnAzure.Any(name => !string.IsNullOrEmpty(configuration[name])))
            LogMustBeOne($"{RedisOptions.Section}__{nameof(RedisOptions.ConnectionString)}");
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
        "This runs on Azure, where there may be several instances, and each has updates of its own: set {Setting}, or "
        + "let the app scale to one instance at most")]
    private partial void LogMustBeOne(string setting);
}
