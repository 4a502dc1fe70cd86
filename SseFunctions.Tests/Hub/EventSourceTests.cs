using Microsoft.Playwright;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

/// <summary>How the EventSource of a browser handles a stream of the hub.</summary>
public sealed class EventSourceTests(Browser browser) : IClassFixture<Browser>
{
    // Opens an EventSource, and records all its events in order.
    private const string Watch =
        """
        (url) => {
          window.seen = [];
          const source = window.source = new EventSource(url);
          source.onopen = () => seen.push("open");
          source.onerror = () => seen.push(source.readyState === EventSource.CONNECTING ? "cut" : "closed");
          source.onmessage = (event) => seen.push(event.data);
        }
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stores_the_id_without_data_and_gets_what_is_published_before_it_reconnects(bool isPrivate)
    {
        var page = await browser.NewPage();
        // The stream ends after 1.6 to 2 s, and the browser waits 2 to 4 s before it reconnects.
        await using var server = await LocalHostServer.Start(null, "Streaming:MaxDuration=00:00:02");
        if (isPrivate)
        {
            await page.Context.AddCookiesAsync(
                [new() { Name = "mercureAuthorization", Value = Jwt.Subscriber("a"), Url = $"{server.Url}" }]);
        }
        var kind = isPrivate ? "&private" : "";
        await server.Publish($"topic=a&data=before&id=own{kind}");
        await server.Publish("topic=b&data=secret&id=secret&private");
        await page.GotoAsync($"{server.Url}robots.txt");
        await page.EvaluateAsync(Watch, $"{server.Url}{HubClient.Path[1..]}?topic=a");
        await Seen(page, "cut");
        await server.Publish($"topic=a&data=in-the-gap{kind}");
        // On a slow machine, more streams open and end before the update is published, and before the page is read.
        Assert.Matches(
            "^(open cut )+open in-the-gap( cut open)*( cut)?$", string.Join(' ', await Seen(page, "in-the-gap")));
        await page.EvaluateAsync("source.close()");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task One_that_asked_for_everything_gets_each_update_once()
    {
        var page = await browser.NewPage();
        await using var server = await LocalHostServer.Start(null, "Streaming:MaxDuration=00:00:02");
        await page.GotoAsync($"{server.Url}robots.txt");
        await page.EvaluateAsync(Watch, $"{server.Url}{HubClient.Path[1..]}?topic=a&lastEventID=earliest");
        await Seen(page, "cut");
        await server.Publish("topic=a&data=one");
        await server.Publish("topic=a&data=two");
        await Seen(page, "two");
        await server.Publish("topic=a&data=three");
        await Seen(page, "three");
        // The next stream continues after the last received update.
        await server.Publish("topic=a&data=four");
        var seen = await Seen(page, "four");
        Assert.Equal(["one", "two", "three", "four"], seen.Where(item => item is not ("open" or "cut")));
    }

    private static async Task<string[]> Seen(IPage page, string item)
    {
        await page.WaitForFunctionAsync("(item) => seen.includes(item)", item);
        return await page.EvaluateAsync<string[]>("seen");
    }
}
