using SseFunctions.Hub;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class UpdatePublisherTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly LocalHostServer _server = hub.Server;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<Update> BadUpdates =>
    [
        new Update([], "a"),
        new Update([""], "a"),
        new Update(["a\nb"], "a"),
        new Update([new string('a', 4097)], "a"),
        new Update([.. Enumerable.Repeat("a", 1001)], "a"),
        new Update(["/.well-known/mercure/subscriptions/a/b"], "a"),
        new Update(["/.well-known/./mercure/subscriptions/exact/a/b"], "a"),
        new Update(["a"], new string('a', (1024 * 1024) + 1)),
        new Update(["a"], "a") { Id = "#1-0" },
        new Update(["a"], "a") { Id = "earliest" },
        new Update(["a"], "a") { Id = "a\r\nb" },
        new Update(["a"], "a") { Id = new string('a', 1025) },
        new Update(["a"], "a") { Type = "a\0b" },
        new Update(["a"], "a") { Type = new string('a', 257) },
        new Update(["a"], "a") { Retry = TimeSpan.FromSeconds(-1) },
    ];

    [Fact]
    public async Task What_the_app_publishes_is_delivered_as_if_it_came_over_HTTP()
    {
        await using var subscription = await _server.Subscribe("topic=code", Bearer(Jwt.Subscriber("code")));
        var update = new Update(
            ["code", "code/alternate"],
            "one\r\ntwo")
        { IsPrivate = true, Id = "ä 1", Type = "tick", Retry = TimeSpan.FromSeconds(1) };
        Assert.Equal("%C3%A4%201", await _server.Services.Publisher().PublishAsync(update, Test));
        var received = await subscription.Next();
        Assert.Equal(("%C3%A4%201", "tick", "one\ntwo"), (received.EventId, received.EventType, received.Data));
        await using var anonymous = await _server.Subscribe("topic=code&topic=code/end&lastEventID=earliest");
        await _server.Services.Publisher().PublishAsync(new Update(["code/end"], "end"), Test);
        Assert.Equal("end", (await anonymous.Next()).Data);
    }

    [Fact]
    public async Task It_needs_no_key()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Publisher:Key=");
        await using var subscription = await server.Subscribe("topic=a");
        var id = await server.Services.Publisher().PublishAsync(new Update(["a"], "a"), Test);
        Assert.Equal(id, (await subscription.Next()).EventId);
    }

    [Theory]
    [MemberData(nameof(BadUpdates))]
    public async Task Refuses_what_HTTP_refuses_and_says_what_to_change(Update update)
    {
        var exception = await Assert.ThrowsAnyAsync<ArgumentException>(
            () => _server.Services.Publisher().PublishAsync(update, Test));
        Assert.NotEmpty(exception.Message);
        Assert.Empty(await _server.Held("a"));
    }

    [Fact]
    public async Task Tried_again_with_its_id_it_is_delivered_once()
    {
        await using var subscription = await _server.Subscribe("topic=code/again");
        var update = new Update(["code/again"], "1") { Id = "code-again" };
        Assert.Equal("code-again", await _server.Services.Publisher().PublishAsync(update, Test));
        Assert.Equal("code-again", await _server.Services.Publisher().PublishAsync(update, Test));
        await _server.Services.Publisher().PublishAsync(new Update(["code/again"], "2"), Test);
        Assert.Equal(["1", "2"], await subscription.Next(2));
    }

    [Fact]
    public async Task Cancelled_before_it_publishes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _server.Services.Publisher().PublishAsync(new Update(["code/cancelled"], "1"), cancelled.Token));
        Assert.Empty(await _server.Held("code/cancelled"));
    }
}
