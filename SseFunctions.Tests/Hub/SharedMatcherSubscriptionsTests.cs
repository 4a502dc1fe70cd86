using Microsoft.Extensions.DependencyInjection;
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
        var server = await LocalHostServer.Start(
            null,
            [$"Redis:ConnectionString={redis.Server.ConnectionString}", $"Redis:KeyPrefix={Guid.NewGuid():N}",
                .. settings]);
        await server.KnowsLog();
        await Known(server);
        return server;
    }

    private static async Task Known(LocalHostServer server)
    {
        var presence = server.Services.GetRequiredService<ActiveSubscriptions>();
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            try
            {
                await presence.ListAsync(TestContext.Current.CancellationToken);
                return;
            }
            catch (SseFunctions.Hub.HubUnavailableException)
            {
                Assert.True(DateTime.UtcNow < limit, "It was never known who is subscribed.");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
        }
    }
}
