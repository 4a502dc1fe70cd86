using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class SharedSubscriptionsApiTests(RedisFixture redis)
    : SubscriptionsApiContract, IClassFixture<RedisFixture>
{
    private protected override async Task<LocalHostServer> Start(params string[] settings)
    {
        var server = await redis.StartHost(settings);
        if (settings.Contains(On)) await server.KnowsSubscribers();
        return server;
    }
}
