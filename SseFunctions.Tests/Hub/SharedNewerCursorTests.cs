using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class SharedNewerCursorTests(RedisFixture redis) : NewerCursorContract, IClassFixture<RedisFixture>
{
    private protected override Task<LocalHostServer> Start(params string[] settings) => redis.StartHost(settings);
}
