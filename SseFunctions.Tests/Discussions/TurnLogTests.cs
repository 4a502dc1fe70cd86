using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.TopicLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>What the log says about turns that fail, and what it must not say.</summary>
public sealed class TurnLogTests
{
    private const string ProviderText = "inner secret";

    [Fact]
    public async Task Each_failed_attempt_is_logged_without_the_words_of_the_provider()
    {
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Error(500, "boom", ProviderText));
        await discussion.Begin();
        await discussion.Server.Http.Watch("debate");
        var logs = discussion.Server.Logs;
        for (var attempt = 1; attempt < 4; attempt++)
        {
            var again = await logs.First(
                $"Turn 1 of the discussion debate failed in attempt {attempt}, because of provider_error: "
                + "trying again");
            Assert.Equal(LogLevel.Warning, again.Level);
            // The status and the code of the error, for the person on call.
            Assert.Contains("500", $"{again.Exception}", StringComparison.Ordinal);
        }
        var failed = await logs.First(
            "Turn 1 of the discussion debate failed in attempt 4, because of provider_error. The discussion has ended. "
            + "Check the model's settings and its server");
        Assert.Equal(LogLevel.Error, failed.Level);
        Assert.DoesNotContain(logs.Entries, HasProviderText);
    }

    [Fact]
    public async Task Tokens_that_cannot_be_counted_are_logged_and_the_discussion_goes_on()
    {
        await using var model = await FakeModelServer.Start(ModelAnswers.Words("Tea."));
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton<ISharedCounts>(new DeafCounts()),
            null,
            ModelDiscussion.SettingsFor(model));
        var id = await server.Http.Start(DiscussionClient.Request(turns: 1));
        var events = await server.Http.Watch(id, await server.Http.LastId(id));
        Assert.Equal("discussion.completed", events[^1].EventType);
        var line = await server.Logs.First(
            "30 tokens could not be added to the tokens of this day, because Redis cannot be reached: no answer");
        Assert.Equal(LogLevel.Warning, line.Level);
    }

    [Fact]
    public async Task A_discussion_that_cannot_reach_Redis_says_so_once_and_not_with_each_attempt()
    {
        const int Attempts = 5;
        const string Line = "The discussion /discussions/lost cannot go on now, because its log cannot be reached";
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var counts = new LostCounts(Attempts);
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton<ISharedCounts>(counts), time, "Discussions:Anonymous=true");
        await server.Http.StartAs("lost", DiscussionClient.Request(turns: 1));
        counts.IsLost = true;
        using var answer = await server.Http.Open("lost");
        await time.Until(counts.Asked, "attempt");
        Assert.Single(server.Logs.Entries, line => line.Message.StartsWith(Line, StringComparison.Ordinal));
    }

    private static bool HasProviderText(LogLine line) =>
        $"{line.Message} {line.Exception}".Contains(ProviderText, StringComparison.Ordinal);

    // Redis is lost whenever something is to be added.
    private sealed class DeafCounts : ISharedCounts
    {
        private readonly InMemoryCounts _inner = new(TimeProvider.System);

        public Task<long> AddAsync(
            string counter, long amount, TimeSpan keep, CancellationToken cancellationToken = default) =>
            amount == 0
                ? _inner.AddAsync(counter, amount, keep, cancellationToken)
                : throw new HubUnavailableException("no answer");

        public Task<string?> TryEnterAsync(
            IReadOnlyList<KeyValuePair<string, int>> rooms,
            string member,
            TimeSpan duration,
            CancellationToken cancellationToken = default) =>
            _inner.TryEnterAsync(rooms, member, duration, cancellationToken);

        public Task LeaveAsync(
            IReadOnlyList<string> rooms, string member, CancellationToken cancellationToken = default) =>
            _inner.LeaveAsync(rooms, member, cancellationToken);
    }

    // Redis is lost when a place is to be taken.
    private sealed class LostCounts(int attempts) : ISharedCounts
    {
        private readonly InMemoryCounts _inner = new(TimeProvider.System);
        private readonly TaskCompletionSource<bool> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public bool IsLost { get; set; }

        // Completes with the last attempt.
        public Task<bool> Asked => _asked.Task;

        public Task<long> AddAsync(
            string counter, long amount, TimeSpan keep, CancellationToken cancellationToken = default) =>
            _inner.AddAsync(counter, amount, keep, cancellationToken);

        public Task<string?> TryEnterAsync(
            IReadOnlyList<KeyValuePair<string, int>> rooms,
            string member,
            TimeSpan duration,
            CancellationToken cancellationToken = default)
        {
            if (!IsLost) return _inner.TryEnterAsync(rooms, member, duration, cancellationToken);
            if (++_count == attempts) _asked.TrySetResult(true);
            throw new HubUnavailableException("no answer");
        }

        public Task LeaveAsync(
            IReadOnlyList<string> rooms, string member, CancellationToken cancellationToken = default) =>
            _inner.LeaveAsync(rooms, member, cancellationToken);
    }
}
