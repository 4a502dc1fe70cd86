using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class SubscriptionsApiTests : SubscriptionsApiContract
{
    private protected override Task<LocalHostServer> Start(params string[] settings) =>
        LocalHostServer.Start(null, settings);
}
