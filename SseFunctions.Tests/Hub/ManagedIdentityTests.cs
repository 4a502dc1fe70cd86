using System.Net;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

/// <summary>The whole app, which signs in to Redis with a managed identity, as in Azure.</summary>
public sealed class ManagedIdentityTests
{
    private const string ClientId = "00000000-0000-0000-0000-000000000001";

    [Theory]
    [InlineData("")]
    [InlineData(ClientId)]
    public async Task Updates_go_to_the_Redis_that_the_identity_opens(string clientId)
    {
        await using var redis = await TlsRedis.Start();
        var objectId = Guid.NewGuid().ToString();
        var token = TestCredential.Token(objectId);
        await redis.Admit(objectId, token);
        await using var identity = await IdentityEndpoint.Start(token);
        using var host = Start(redis, identity, clientId);
        await UntilTaken(host);
        Assert.Equal(1, (int)await redis.Ask("XLEN", "{sse}:log"));
        var (query, header) = Assert.Single(identity.Questions);
        Assert.Equal("https://redis.azure.com", query["resource"]);
        Assert.Equal(clientId, $"{query["client_id"]}");
        Assert.Equal("secret", header);
        Assert.DoesNotContain(token, host.Output, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) Assert.Contains("Azure.Core.dll", await Loaded(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_identity_the_app_runs_says_why_once_and_is_degraded()
    {
        await using var redis = await TlsRedis.Start();
        await using var identity = await IdentityEndpoint.Start(null);
        using var host = Start(redis, identity);
        for (var count = 0; count < 3; count++)
        {
            using var refused = await Publish(host);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }
        using var http = new HttpClient();
        var health = await http.GetStringAsync(
            new Uri(new Uri(await host.Url), "healthz"), TestContext.Current.CancellationToken);
        Assert.Contains("\"hub-redis\":\"Degraded\"", health, StringComparison.Ordinal);
        // The output of a process arrives late.
        await host.Printed("No User Assigned or Delegated Managed Identity found");
        Assert.Single(
            host.Output.Split('\n'),
            line => line.Contains("Could not get a new token to sign in to Redis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Redis")]
    public async Task Where_no_identity_is_set_nothing_of_Azures_is_loaded(string log)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process has loaded.");
        await using var redis = log.Length == 0 ? null : await RedisServer.Start();
        using var host = LocalHostProcess.Start("--port 0", ("Redis__ConnectionString", redis?.ConnectionString ?? ""));
        using var published = await Publish(host);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        var loaded = await Loaded(host);
        Assert.Contains("SseFunctions.LocalHost.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("/Azure.", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.Identity.Client", loaded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_beside_an_identity_is_said_in_one_line()
    {
        using var host = LocalHostProcess.Start(
            "--port 0",
            ("Redis__ConnectionString", "localhost,password=hidden"),
            ("Redis__Credential", "managedidentity"));
        Assert.Equal(1, await host.Exit());
        Assert.StartsWith(
            "A setting is wrong. Redis:ConnectionString has a user or a password",
            host.Output.Trim(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", host.Output, StringComparison.Ordinal);
    }

    private static LocalHostProcess Start(TlsRedis redis, IdentityEndpoint identity, string clientId = "") =>
        LocalHostProcess.Start(
        "--port 0",
        [
            .. identity.Environment,
            (TlsRedis.TrustVariable, TlsRedis.TrustedIssuer),
            ("Redis__ConnectionString", redis.ConnectionString),
            ("Redis__Credential", "managedidentity"),
            ("Redis__ClientId", clientId),
        ]);

    // The first token and the first connection may take longer than the hub waits for Redis, so this retries. The
    // update has an id, so it is stored once.
    private static async Task UntilTaken(LocalHostProcess host)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            using var answer = await Publish(host);
            if (answer.StatusCode == HttpStatusCode.OK) return;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(DateTime.UtcNow < limit, host.Output);
        }
    }

    private static async Task<HttpResponseMessage> Publish(LocalHostProcess host)
    {
        using var http = new HttpClient();
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(await host.Url), ".well-known/mercure"))
            {
                Content = new FormUrlEncodedContent([new("topic", "a"), new("data", "1"), new("id", "1")]),
            };
        request.Headers.Authorization = new("Bearer", Jwt.Publisher("*"));
        return await http.SendAsync(request, TestContext.Current.CancellationToken).Within("answer");
    }

    private static Task<string> Loaded(LocalHostProcess host) =>
        File.ReadAllTextAsync($"/proc/{host.Id}/maps", TestContext.Current.CancellationToken);
}
