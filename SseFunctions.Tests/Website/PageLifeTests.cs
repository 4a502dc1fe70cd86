using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Website;

/// <summary>Whether the pages close and resume their streams when the browser freezes them, and when the user leaves
/// them and comes back.</summary>
public sealed class PageLifeTests(TabBrowser browser) : IClassFixture<TabBrowser>
{
    private const string Topic = "https://example.com/books/1";
    private const string Key = "Hub:Publisher:Key=local-development-key-change-me-in-azure";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private const string State = "document.querySelector('#state').dataset.state";
    private const string HubData =
        "[...document.querySelectorAll('#messages .event-data')].map((item) => item.textContent)";
    private const string Words =
        "[...document.querySelectorAll('.turn .words')].map((item) => item.textContent)";
    private const string DemoIds =
        "[...document.querySelectorAll('#messages li[data-event=message]')].map((item) => item.dataset.id)";

    // Added after the page's own listeners, so it runs after them.
    private const string SeeReturn =
        "(() => { window.isBack = false; addEventListener('pageshow', () => (window.isBack = true)); })()";

    [Fact]
    public async Task The_hubs_page_goes_on_after_the_last_event_when_it_is_no_longer_frozen()
    {
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=true");
        await using var tab = await browser.NewTab(new Uri(host.Url, "hub.html"));
        await Subscribe(tab, host);

        await tab.Freeze();
        await host.Publish($"topic={Topic}&data=while frozen");
        await tab.Unfreeze();

        await tab.Until($"{State} === 'live' && {HubData}.length === 2");
        await host.Publish($"topic={Topic}&data=after");
        await tab.Until($"{HubData}.length > 2");
        Assert.Equal("first,while frozen,after", (await tab.Evaluate($"{HubData}.join()"))!.GetValue<string>());
    }

    [Fact]
    public async Task The_hubs_page_goes_on_after_the_last_event_when_the_user_is_back()
    {
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=true");
        await using var tab = await browser.NewTab(new Uri(host.Url, "hub.html"));
        await Subscribe(tab, host);

        await tab.Navigate(new Uri(host.Url, "favicon.svg"));
        await host.Publish($"topic={Topic}&data=while away");
        await tab.Back();

        await tab.Until($"{State} === 'live' && {HubData}.length === 2");
        await host.Publish($"topic={Topic}&data=after");
        await tab.Until($"{HubData}.length > 2");
        Assert.Equal("first,while away,after", (await tab.Evaluate($"{HubData}.join()"))!.GetValue<string>());
    }

    [Fact]
    public async Task The_demo_goes_on_after_the_last_message_when_it_is_no_longer_frozen()
    {
        await using var host = await StartDemo();
        await using var tab = await browser.NewTab(host.Url);
        await Start(tab);
        await tab.Freeze();
        await tab.Unfreeze();
        await ExpectAllTenOnce(tab, host);
    }

    [Fact]
    public async Task The_demo_goes_on_after_the_last_message_when_the_user_is_back()
    {
        await using var host = await StartDemo();
        await using var tab = await browser.NewTab(host.Url);
        await Start(tab);
        await tab.Navigate(new Uri(host.Url, "favicon.svg"));
        await tab.Back();
        await ExpectAllTenOnce(tab, host);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_discussion_has_all_its_words_when_the_user_is_back_or_the_page_is_unfrozen(bool isFrozen)
    {
        var isAway = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(
            index => index == 1 ? isAway.Task : Task.CompletedTask, "The **first** words", " and the last."));
        await using var host = await LocalHostServer.Start(
            null, [.. ModelDiscussion.SettingsFor(model), DiscussionsPage.Patient]);
        var id = await host.Http.Start(DiscussionClient.Request(turns: 3));
        await using var tab = await browser.NewTab(new Uri(host.Url, $"discussions.html?id={id}"));
        await tab.Until($"{Words}.length === 1 && {Words}[0].length > 0");
        // Somebody else watches, so the discussion goes on.
        var other = host.Http.Watch(id);
        if (isFrozen) await tab.Freeze();
        else await tab.Navigate(new Uri(host.Url, "favicon.svg"));
        isAway.SetResult();
        await other;
        if (isFrozen) await tab.Show();
        else await tab.Back();
        await tab.Until("!document.querySelector('#end').hidden");
        var expected = (await host.Http.Transcript(id)).Letters();
        Assert.Equal(3, expected.Length);
        Assert.Equal(expected, (await tab.Evaluate(Words))!.AsArray().Select(text => DiscussionsPage.Letters(
            text!.GetValue<string>())));
    }

    [Theory]
    [InlineData("", "start", "stop")]
    [InlineData("hub.html", "connect", "disconnect")]
    public async Task A_stream_that_the_user_stopped_stays_stopped(string path, string start, string stop)
    {
        await using var host = await LocalHostServer.Start(null, Key, "Hub:Anonymous=true", "Demo:Delay=00:10:00");
        await using var tab = await browser.NewTab(new Uri(host.Url, path));
        await tab.Evaluate($"document.querySelector('#{start}').click()");
        await tab.Until($"{State} === 'live'");
        await tab.Evaluate($"document.querySelector('#{stop}').click()");
        await tab.Evaluate(SeeReturn);

        await tab.Navigate(new Uri(host.Url, "favicon.svg"));
        await tab.Back();
        await tab.Until("window.isBack");
        Assert.Equal("closed", (await tab.Evaluate(State))!.GetValue<string>());

        await tab.Evaluate("document.addEventListener('resume', () => (window.isUnfrozen = true))");
        await tab.Freeze();
        await tab.Unfreeze();
        await tab.Until("window.isUnfrozen");
        Assert.Equal("closed", (await tab.Evaluate(State))!.GetValue<string>());
    }

    private static async Task Subscribe(DevToolsTab tab, LocalHostServer host)
    {
        await tab.Evaluate("document.querySelector('#connect').click()");
        await tab.Until($"{State} === 'live'");
        await host.Publish($"topic={Topic}&data=first");
        await tab.Until($"{HubData}.length === 1");
    }

    // The demo sends its second message when the test advances the clock, so it has not ended when the page comes back.
    private static Task<LocalHostServer> StartDemo() =>
        LocalHostServer.Start(new FakeTimeProvider(), $"Demo:Delay={Delay}", "Streaming:MaxDuration=0");

    private static async Task Start(DevToolsTab tab)
    {
        await tab.Evaluate("document.querySelector('#start').click()");
        await tab.Until($"{DemoIds}.length === 1");
    }

    private static async Task ExpectAllTenOnce(DevToolsTab tab, LocalHostServer host)
    {
        await host.Advance(Delay, tab.Until("document.querySelector('#messages li[data-event=close]') !== null"));
        Assert.Equal("1,2,3,4,5,6,7,8,9,10", (await tab.Evaluate($"{DemoIds}.join()"))!.GetValue<string>());
        Assert.NotEqual(
            "0", (await tab.Evaluate("document.querySelector('#reconnect-count').textContent"))!.GetValue<string>());
    }
}
