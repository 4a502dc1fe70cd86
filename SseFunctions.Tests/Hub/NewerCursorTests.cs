using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class NewerCursorTests : NewerCursorContract
{
    private protected override Task<LocalHostServer> Start(params string[] settings) =>
        LocalHostServer.Start(null, settings);
}
