using System.Net;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Says_that_all_is_well_and_names_what_was_asked()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Get("/healthz");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("{\"status\":\"Healthy\",\"checks\":{\"hub\":\"Healthy\"}}", await answer.Text());
    }

    [Fact]
    public async Task HEAD_gets_the_status_alone()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Send(HttpMethod.Head, "/healthz");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Text());
    }
}
