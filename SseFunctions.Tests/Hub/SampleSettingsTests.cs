using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>The unchanged sample settings accept the tokens of 1.0 that the page's token maker makes.</summary>
public sealed partial class SampleSettingsTests
{
    [Fact]
    public async Task Accept_a_token_of_the_pages_token_maker()
    {
        await using var server = await LocalHostServer.Start(null, Sample());
        var script = File.ReadAllText($"{Repository.Root}/static-ui/js/token.js");
        var now = DateTimeOffset.UtcNow;
        var token = Jwt.MintAccess(
            new
            {
                iss = Constant(script, "DEVELOPMENT_ISSUER"),
                aud = new Uri(server.Url, HubClient.Path).AbsoluteUri,
                iat = now.ToUnixTimeSeconds(),
                jti = Guid.NewGuid(),
                exp = now.AddDays(1).ToUnixTimeSeconds(),
                sub = "developer",
                client_id = "hub-page",
                authorization_details = new[] { Jwt.Detail(["publish", "subscribe"], "*") },
            },
            Constant(script, "DEVELOPMENT_KEY"));
        await using var subscription = await server.Subscribe("match=a", Bearer(token));
        using var published = await server.Post("topic=a&data=private&private", Bearer(token));
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        Assert.Equal("private", (await subscription.Next()).Data);
    }

    // The settings of the hub, as LocalHostServer takes them.
    private static string[] Sample()
    {
        using var json = JsonDocument.Parse(File.ReadAllText($"{Repository.Root}/local.settings.sample.json"));
        return
        [
            .. json.RootElement.GetProperty("Values").EnumerateObject()
                .Where(value => value.Name.StartsWith("Hub__", StringComparison.Ordinal))
                .Select(value => $"{value.Name.Replace("__", ":", StringComparison.Ordinal)}={value.Value}"),
        ];
    }

    private static string Constant(string script, string name) =>
        Constants().Matches(script).Single(match => match.Groups["name"].Value == name).Groups["value"].Value;

    [GeneratedRegex("export const (?<name>[A-Z_]+) = \"(?<value>[^\"]+)\";")]
    private static partial Regex Constants();
}
