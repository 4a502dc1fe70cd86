using Azure.Core;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>A log in a Redis that an identity signs in to, with tokens that expire.</summary>
public sealed class RedisIdentityTests : IAsyncDisposable
{
    private readonly RedisLogs _logs = new();
    private readonly string _objectId = Guid.NewGuid().ToString();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _logs.DisposeAsync();

    [Fact]
    public async Task Opens_with_the_token_and_the_object_id_of_the_identity_over_TLS()
    {
        await using var server = await TlsRedis.Start();
        var token = TestCredential.Token(_objectId);
        await server.Admit(_objectId, token);
        var credential = new TestCredential(_ => Lasting(token));
        var log = await _logs.Start(server, credential);
        await Until(async () => await Appends(log) && !log.IsCut, "append");
        Assert.Equal(["https://redis.azure.com/.default"], credential.Scopes);
        Assert.Equal(1, credential.Count);
        string[] connections = [];
        // A connection attempt that timed out may still be open.
        await Until(async () => (connections = await server.Connections()).Length == 2, "two connections");
        Assert.All(
            connections, connection => Assert.Contains($" user={_objectId} ", connection, StringComparison.Ordinal));
        await _logs.Logs.First(_objectId);
        AssertSecret(token);
    }

    // This includes the connection for messages.
    [Fact]
    public async Task Before_a_token_lapses_the_next_one_is_said_on_each_open_connection_and_used_for_new_ones()
    {
        await using var server = await TlsRedis.Start();
        var (first, second) = (TestCredential.Token(_objectId), TestCredential.Token(_objectId));
        await server.Admit(_objectId, first, second);
        var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = await _logs.Start(server, new TestCredential(
            count => count == 1 ? new AccessToken(first, DateTimeOffset.UtcNow.AddSeconds(3)) : Lasting(second))
        {
            Gate = count => count == 1 ? Task.CompletedTask : isReady.Task,
        });
        var other = await _logs.Start(server, new TestCredential(_ => Lasting(first)));
        string[] before = [];
        // A connection attempt that timed out may still be open, and may be reported as lost.
        await Until(
            async () => await Appends(log) && await Appends(other) && !log.IsCut && !other.IsCut
                && (before = Ids(await server.Connections())).Length == 4,
            "two connections of each");
        var (said, lost) = (await server.Said(), Lost());
        isReady.SetResult();
        await Until(async () => await server.Said() >= said + 2, "new token on both connections");
        Assert.Equal(before, Ids(await server.Connections()));
        Assert.Equal(lost, Lost());
        var entry = await EventLogExtensions.UntilAvailable(
            () => other.AppendAsync(new Update(["a"], "1") { Id = "own" }, Test));
        Assert.Equal(entry.Position, await log.Find(entry.Id));

        await server.Admit(_objectId, second);
        foreach (var id in before) await server.Ask("CLIENT", "KILL", "ID", id);
        await Until(() => Appends(log), "append");
        Assert.False(await Appends(other));
        AssertSecret(first, second);
    }

    [Fact]
    public async Task Without_a_token_the_log_starts_says_why_once_and_works_when_there_is_one()
    {
        await using var server = await TlsRedis.Start();
        var token = TestCredential.Token(_objectId);
        await server.Admit(_objectId, token);
        var isAssigned = false;
        var credential = new TestCredential(_ => Volatile.Read(ref isAssigned)
            ? Lasting(token)
            : throw new InvalidOperationException("No managed identity is assigned."));
        var log = await _logs.Start(server, credential);
        Assert.True(log.IsCut);
        await Until(() => Fails(log, "No managed identity is assigned."), "refusal");
        await credential.Asked(3);
        await _logs.Logs.First("cannot be read");
        Assert.Single(
            _logs.Logs.Entries,
            line => line.Message.Contains("No managed identity is assigned.", StringComparison.Ordinal));
        Assert.Single(_logs.Logs.Entries, line => line.Message.Contains("cannot be read", StringComparison.Ordinal));
        Volatile.Write(ref isAssigned, true);
        await Until(() => Appends(log), "append");
        await _logs.Logs.First("Received a token to sign in to Redis again");
        await Until(() => Task.FromResult(!log.IsCut), "end of the cut");
    }

    [Fact]
    public async Task An_identity_that_Redis_does_not_know_is_said_once_until_it_does()
    {
        await using var server = await TlsRedis.Start();
        var token = TestCredential.Token(_objectId);
        // StackExchange.Redis 3.4.35 sometimes goes on connecting for ever when its first connection is refused, and
        // never names the refusal. Then begin again with another connection.
        RedisEventLog log;
        int before;
        for (var limit = DateTime.UtcNow + Limits.Soon; ; Assert.True(DateTime.UtcNow < limit, "There is no refusal."))
        {
            before = CannotBeRead();
            log = await _logs.Start(server, new TestCredential(_ => Lasting(token)));
            if (await IsRefused(log)) break;
            await _logs.End(log);
        }
        await Until(() => Fails(log, "Redis does not let in"), "second one");
        await _logs.Logs.First("cannot be read");
        Assert.True(log.IsCut);
        await Until(() => Task.FromResult(CannotBeRead() > before), "message");
        Assert.Equal(before + 1, CannotBeRead());
        await server.Admit(_objectId, token);
        await Until(() => Appends(log), "append");
        AssertSecret(token);
    }

    [Theory]
    [InlineData(false, "127.0.0.1")]
    [InlineData(true, "redis.example")]
    public async Task A_server_whose_certificate_is_not_trusted_or_not_its_own_gets_no_token(
        bool isTrusted, string name)
    {
        await using var server = await TlsRedis.Start(isTrusted, name);
        var token = TestCredential.Token(_objectId);
        await server.Admit(_objectId, token);
        var log = await _logs.Start(server, new TestCredential(_ => Lasting(token)));
        await Assert.ThrowsAsync<HubUnavailableException>(() => Append(log));
        Assert.True(log.IsCut);
        Assert.Empty(await server.Connections());
    }

    private static AccessToken Lasting(string token) => new(token, DateTimeOffset.UtcNow.AddHours(1));

    private static Task<LogEntry> Append(RedisEventLog log) =>
        log.AppendAsync(new Update(["a"], "1"), Test).AsTask().Within("answer");

    // On a very busy machine, a timeout may come before the cause is known.
    private async Task<bool> IsRefused(RedisEventLog log)
    {
        const int Attempts = 8;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await Fails(log, $"Redis does not let in the identity whose object id is {_objectId}")) return true;
        }
        return false;
    }

    private int CannotBeRead() =>
        _logs.Logs.Entries.Count(line => line.Message.Contains("cannot be read", StringComparison.Ordinal));

    private static async Task<bool> Fails(RedisEventLog log, string cause)
    {
        var failure = await Assert.ThrowsAsync<HubUnavailableException>(() => Append(log));
        return $"{failure}".Contains(cause, StringComparison.Ordinal);
    }

    private static async Task<bool> Appends(RedisEventLog log)
    {
        try
        {
            await Append(log);
            return true;
        }
        catch (HubUnavailableException)
        {
            return false;
        }
    }

    private static string[] Ids(string[] connections) =>
        [.. connections.Select(line => line.Split(' ')[0]["id=".Length..]).Order()];

    private static async Task Until(Func<Task<bool>> condition, string what)
    {
        var give = DateTime.UtcNow + Limits.Soon;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < give, $"Within {Limits.Soon.TotalSeconds} s there was no {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Test);
        }
    }

    private int Lost() =>
        _logs.Logs.Entries.Count(line => line.Message.Contains("is lost", StringComparison.Ordinal));

    private void AssertSecret(params string[] tokens) =>
        Assert.All(_logs.Logs.Entries, line => Assert.All(tokens, token =>
        Assert.DoesNotContain(token, $"{line.Message} {line.Exception}", StringComparison.Ordinal)));
}
