using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>What a client reads at once: the list, and transcripts.</summary>
public sealed class DiscussionReadTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_list_has_all_but_private_discussions_in_pages()
    {
        await using var server = await Start();
        for (var number = 0; number < 25; number++)
        {
            using var start = await server.Http.PutAsJsonAsync(
                $"/discussions/d{number}", DiscussionClient.Request($"Topic {number}"), Test);
        }
        List<string> ids = [];
        for (var cursor = ""; ;)
        {
            using var page = JsonDocument.Parse(await server.Http.GetStringAsync($"/discussions{cursor}", Test));
            ids.AddRange(page.RootElement.GetProperty("discussions").EnumerateArray()
                .Select(item => item.GetProperty("id").GetString()!));
            if (!page.RootElement.TryGetProperty("next", out var next)) break;
            cursor = $"?before={next.GetString()}";
        }
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(number => $"d{number}"), ids);
    }

    [Fact]
    public async Task A_transcript_that_has_not_changed_is_not_sent_again()
    {
        await using var server = await Start();
        var id = await server.Http.Start();
        using var first = await server.Get($"/discussions/{id}");
        var tag = first.Headers.ETag!.ToString();
        using var same = await server.Get($"/discussions/{id}", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        await server.Http.Watch(id);
        using var changed = await server.Get($"/discussions/{id}", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/discussions/nobody", 404)]
    [InlineData("GET", "/discussions/nobody/events", 404)]
    [InlineData("POST", "/discussions/nobody/cancel", 404)]
    [InlineData("GET", "/discussions/a%20b", 404)]
    [InlineData("GET", "/discussions?before=x", 400)]
    public async Task Unknown_discussions_are_not_found(string method, string path, int status)
    {
        await using var server = await Start();
        using var answer = await server.Send(new HttpMethod(method), path);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private static Task<LocalHostServer> Start() => LocalHostServer.Start(settings:
    [
        "Discussions:Anonymous=true", "Discussions:MaxConcurrent=100", "Discussions:MaxConcurrentPerClient=100",
        "Discussions:MaxStartsPerMinute=0", "Discussions:Scripted:WordDelay=00:00:00.002",
    ]);
}
