using SseFunctions.Hub.Presence;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class SharedMatcherSubscriptionsTests(RedisFixture redis) : MatcherSubscriptionsContract,
    IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("{\"topics\":[\"a\"]}", "a")]
    [InlineData("{\"topics\":[\"a\",\"b\"],\"matchTypes\":[\"\",\"exact\"]}", "a")]
    [InlineData("{\"topics\":[\"a\"],\"matchTypes\":[\"exact\"]}", "")]
    [InlineData("{\"topics\":[\"a\"],\"matchTypes\":[]}", "")]
    [InlineData("{\"topics\":[\"a\"],\"payloads\":[]}", "")]
    public void What_is_stored_without_a_match_type_is_of_0_x(string stored, string selectors)
    {
        var documents = StoredSubscriber.Read(stored)?.Documents("id", isActive: true) ?? [];
        var ofV0 = documents.Where(document => !document.IsOfV1).Select(document => document.Topic);
        Assert.Equal(selectors, string.Join(',', ofV0));
    }

    private protected override async Task<LocalHostServer> Start(params string[] settings)
    {
        var server = await redis.StartHost(settings);
        await server.KnowsSubscribers();
        return server;
    }
}
