using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>The list of discussions while there are private ones, which the list must not reveal.</summary>
public sealed class DiscussionListTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_full_whatever_is_private()
    {
        await using var server = await Start();
        for (var number = 0; number < 25; number++)
        {
            await Put(server, $"d{number}", false);
            for (var hidden = 0; hidden < 4; hidden++) await Put(server, $"p{number}-{hidden}", true);
        }
        var (first, next) = await Page(server, "");
        Assert.Equal(Enumerable.Range(5, 20).Reverse().Select(number => $"d{number}"), first);
        Assert.NotNull(next);
        var (second, end) = await Page(server, $"?before={next}");
        Assert.Equal(["d4", "d3", "d2", "d1", "d0"], second);
        Assert.Null(end);
    }

    [Fact]
    public async Task The_last_public_discussion_ends_the_list_although_private_ones_follow()
    {
        await using var server = await Start();
        for (var number = 0; number < 30; number++) await Put(server, $"p{number}", true);
        for (var number = 0; number < 20; number++) await Put(server, $"d{number}", false);
        var (ids, next) = await Page(server, "");
        Assert.Equal(20, ids.Count);
        Assert.Null(next);
    }

    [Fact]
    public async Task A_list_of_private_discussions_looks_like_an_empty_one()
    {
        await using var server = await Start();
        var empty = await server.Http.GetStringAsync("/discussions", Test);
        for (var number = 0; number < 45; number++) await Put(server, $"p{number}", true);
        Assert.Equal(empty, await server.Http.GetStringAsync("/discussions", Test));
    }

    private static async Task<(List<string?> Ids, string? Next)> Page(LocalHostServer server, string query)
    {
        using var page = JsonDocument.Parse(await server.Http.GetStringAsync($"/discussions{query}", Test));
        return (
            [.. page.RootElement.GetProperty("discussions").EnumerateArray()
                .Select(item => item.GetProperty("id").GetString())],
            page.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null);
    }

    private static async Task Put(LocalHostServer server, string id, bool isPrivate)
    {
        var start = DiscussionClient.Request();
        start["private"] = isPrivate;
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/discussions/{id}")
        {
            Content = JsonContent.Create(start),
        };
        request.Headers.Authorization = new("Bearer", Jwt.Publisher("*"));
        using var answer = await server.Http.SendAsync(request, Test);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static Task<LocalHostServer> Start() => LocalHostServer.Start(settings:
    [
        "Discussions:Anonymous=true", "Discussions:MaxConcurrent=1000", "Discussions:MaxConcurrentPerClient=0",
        "Discussions:MaxStartsPerMinute=0",
    ]);
}
