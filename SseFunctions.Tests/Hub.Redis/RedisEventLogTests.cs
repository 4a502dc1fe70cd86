using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Hub.EventLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

[Collection(nameof(Alone))]
public sealed class RedisEventLogTests(RedisFixture redis)
    : EventLogContract, IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly RedisLogs _logs = new();

    public ValueTask DisposeAsync() => _logs.DisposeAsync();

    private protected override async Task<IEventLog> NewLog(
        int maxCount = 10_000, long maxBytes = 100_000_000, TimeSpan? maxAge = null) =>
        await _logs.Start(
            redis.Server, $"{Guid.NewGuid()}", new LogLimits(maxCount, maxBytes, maxAge ?? TimeSpan.FromDays(1)));

    // A test cannot advance the clock of Redis, so it waits in real time.
    protected override Task Pass(TimeSpan time) => Task.Delay(time, TestContext.Current.CancellationToken);
}
