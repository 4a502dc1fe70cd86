using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class MatcherSubscriptionsTests : MatcherSubscriptionsContract
{
    private protected override Task<LocalHostServer> Start(params string[] settings) =>
        LocalHostServer.Start(null, settings);
}
