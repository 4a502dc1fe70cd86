using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Hub.Redis.Registry;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>The services that AddRedis adds to an app.</summary>
public sealed class RedisServicesTests
{
    // The client opens one connection for commands and one for messages.
    private const int ConnectionsOfOneClient = 2;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_and_the_registry_share_one_connection_which_closes_with_the_app()
    {
        await using var server = await RedisServer.Start();
        using var logs = new CapturedLogs();
        await using var services = Services(server, logs);
        var log = Assert.IsType<RedisEventLog>(services.GetRequiredService<IEventLog>());
        var registry = Assert.IsType<RedisInstanceRegistry>(services.GetRequiredService<IInstanceRegistry>());
        await log.StartAsync(Test);
        await log.AppendAsync(new Update(["a"], "1"), Test);
        Assert.NotNull(await registry.JoinAsync(Test));
        await UntilConnections(server, ConnectionsOfOneClient);

        await services.DisposeAsync();
        await UntilConnections(server, 0);
        await Assert.ThrowsAsync<HubUnavailableException>(() => log.AppendAsync(new Update(["a"], "2"), Test).AsTask());
        await Assert.ThrowsAsync<HubUnavailableException>(() => registry.JoinAsync(Test));
        Assert.Empty(logs.Warnings);
    }

    // Otherwise a read would fail while the connection closes, and the log would report that Redis is lost.
    [Fact]
    public async Task The_log_stops_reading_before_its_connection_closes()
    {
        await using var server = await RedisServer.Start();
        using var logs = new CapturedLogs();
        await using var services = Services(server, logs);
        var log = services.GetRequiredService<RedisEventLog>();
        await log.StartAsync(Test);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            async () =>
            {
                while (true)
                {
                    stop.Token.ThrowIfCancellationRequested();
                    try
                    {
                        // Each search for an id that is not held reads from Redis.
                        await log.FindAsync("unknown", stop.Token);
                        read.TrySetResult();
                    }
                    catch (HubUnavailableException)
                    {
                        // Redis answered too late on a busy machine, or the log has been disposed of.
                        await Task.Yield();
                    }
                }
            },
            Test);
        await read.Task.Within("first read");
        await services.DisposeAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Within("end"));
        Assert.Empty(logs.Warnings);
    }

    private static ServiceProvider Services(RedisServer server, CapturedLogs logs)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Redis:ConnectionString", (string?)server.ConnectionString)])
            .Build();
        var services = new ServiceCollection();
        services.AddLogging(builder => builder.AddProvider(logs));
        services.AddSseHub(configuration).AddRedis();
        return services.BuildServiceProvider();
    }

    private static async Task<int> Connections(RedisServer server)
    {
        var list = (string?)await server.Ask("CLIENT", "LIST") ?? "";
        return list.Split('\n').Count(line => line.Contains("name=SseFunctions", StringComparison.Ordinal));
    }

    // A connection whose opening took too long may still be there, beside the one that took its place.
    private static async Task UntilConnections(RedisServer server, int expected)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (await Connections(server) is var open && open != expected)
        {
            Assert.True(DateTime.UtcNow < limit, $"There are {open} connections, not {expected}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
    }
}
