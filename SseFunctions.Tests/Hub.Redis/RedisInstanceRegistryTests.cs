using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Registry;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

public sealed class RedisInstanceRegistryTests : IAsyncDisposable
{
    // Shorter than the time after which a command fails if Redis does not answer.
    private static readonly RegistryTimes Times = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    private readonly RedisLogs _logs = new();
    private readonly List<RedisConnection> _connections = [];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
        await _logs.DisposeAsync();
    }

    // Redis executes such a command when it continues, after a time in which no instance could renew.
    [Fact]
    public async Task A_claim_that_was_sent_while_Redis_stood_still_claims_no_living_instance()
    {
        await using var server = await RedisServer.Start();
        var (one, other) = (Start(server), Start(server));
        await one.JoinAsync(Test);
        await other.JoinAsync(Test);
        server.Stop();
        await Assert.ThrowsAsync<HubUnavailableException>(() => one.ClaimAsync(Test).Within("failure"));
        server.Continue();
        // Redis executes the commands of one connection in their order.
        await EventLogExtensions.UntilAvailable(async () => await one.RenewAsync([], Test));
        Assert.NotNull(await EventLogExtensions.UntilAvailable(async () => await other.RenewAsync([], Test)));
    }

    // The other instance has announced that the subscribers of this one have gone. So it must announce them again.
    [Fact]
    public async Task An_instance_that_another_clears_up_too_late_must_register_again()
    {
        await using var server = await RedisServer.Start();
        var (living, late) = (Start(server), Start(server));
        await living.JoinAsync(Test);
        await living.RenewAsync([KeyValuePair.Create("a", (string?)"b")], Test);
        await late.JoinAsync(Test);
        var claimed = await Until(async () =>
        {
            await late.RenewAsync([], Test);
            return await late.ClaimAsync(Test);
        });
        // Null until the claim has expired.
        var held = await Until(() => living.JoinAsync(Test));
        Assert.Equal([KeyValuePair.Create("a", "b")], held);
        Assert.False(await late.RemoveAsync(claimed, ["a"], Test));
        Assert.Null(await living.RenewAsync([], Test));
        Assert.Equal(held, await living.JoinAsync(Test));
        Assert.Equal(1, await living.RenewAsync([], Test));
    }

    private static async Task<T> Until<T>(Func<Task<T?>> answer)
        where T : class
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            if (await answer() is { } found) return found;
            Assert.True(DateTime.UtcNow < limit, "There was nothing.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
    }

    private RedisInstanceRegistry Start(RedisServer server)
    {
        var connection = new RedisConnection(
            new RedisOptions { ConnectionString = server.ImpatientConnectionString },
            new RedisConnectionMetrics(_logs.Meters),
            TimeProvider.System,
            NullLogger<RedisConnection>.Instance);
        _connections.Add(connection);
        return new RedisInstanceRegistry(connection, Times);
    }
}
