using System.Collections.Concurrent;
using System.Threading.Channels;
using Azure.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>When tokens are requested, on a clock that the test advances.</summary>
public sealed class RedisTokensTests
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly Clock _time = new();
    private readonly ConcurrentQueue<RedisToken> _said = new();

    [Fact]
    public async Task Nothing_is_asked_for_before_somebody_needs_it()
    {
        var credential = new TestCredential(_ => New());
        await using (Tokens(credential)) Assert.Equal(0, credential.Count);
        Assert.Equal(0, credential.Count);
    }

    [Fact]
    public async Task The_next_one_is_asked_for_when_two_to_three_quarters_of_a_life_are_over_and_said()
    {
        var credential = new TestCredential(_ => New());
        await using var tokens = Tokens(credential);
        await Ready(tokens);
        var waits = new HashSet<TimeSpan>();
        for (var count = 1; count <= 5; count++)
        {
            var wait = await _time.Wait();
            Assert.InRange(wait / Life, 0.65, 0.75);
            waits.Add(wait);
            Assert.Equal(count, credential.Count);
            Assert.Equal(count, _said.Count);
            Assert.Same(tokens.Current, _said.Last());
            _time.Advance(wait);
        }
        // The waits are random, so that not all instances ask at the same time.
        Assert.True(waits.Count > 1);
    }

    [Fact]
    public async Task When_the_old_one_comes_again_the_next_is_asked_for_before_it_lapses()
    {
        var old = New();
        await using var tokens = Tokens(new TestCredential(count => count <= 4 ? old : New()));
        await Ready(tokens);
        _time.Advance(await _time.Wait());
        for (var count = 2; count <= 4; count++)
        {
            var wait = await _time.Wait();
            Assert.Equal(0.25, wait / (old.ExpiresOn - _time.GetUtcNow()), 0.001);
            Assert.Equal(old.Token, tokens.Current?.Text);
            _time.Advance(wait);
        }
        await _time.Wait();
        Assert.NotEqual(old.Token, tokens.Current?.Text);
        Assert.True(_time.GetUtcNow() < old.ExpiresOn);
    }

    [Fact]
    public async Task One_that_could_not_be_said_is_said_again()
    {
        var refusals = 2;
        await using var tokens = Tokens(new TestCredential(_ => New()), () => refusals-- > 0);
        await Ready(tokens);
        for (var count = 0; count < 2; count++)
        {
            var wait = await _time.Wait();
            Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(2));
            _time.Advance(wait);
        }
        await _time.Wait();
        Assert.Equal(3, _said.Count);
    }

    [Fact]
    public async Task After_failures_it_is_tried_ever_more_rarely_but_every_minute()
    {
        var credential = new TestCredential(_ => throw new InvalidOperationException("No rights."));
        await using var tokens = Tokens(credential);
        var refused = await Assert.ThrowsAsync<HubUnavailableException>(() => Ready(tokens));
        Assert.Equal("There is no token to sign in to Redis: No rights.", refused.Message);
        foreach (var most in new[] { 1, 2, 4, 8, 16, 32, 60, 60, 60 })
        {
            var wait = await _time.Wait();
            Assert.InRange(wait.TotalSeconds, 0.75 * most, most);
            _time.Advance(wait);
        }
    }

    [Fact]
    public async Task Who_does_not_answer_is_asked_again_and_nobody_waits_for_long()
    {
        var never = new TaskCompletionSource<AccessToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var credential = new TestCredential(_ => New()) { Gate = _ => never.Task };
        await using var tokens = Tokens(credential);
        var waiting = Ready(tokens);
        await credential.Asked(1);
        _time.Advance(Clock.Patience);
        await Assert.ThrowsAsync<HubUnavailableException>(() => waiting);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(await _time.Wait(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        var refused = await Assert.ThrowsAsync<HubUnavailableException>(() => Ready(tokens));
        Assert.Contains("The identity service did not answer within 30 s.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("secret.secret.secret")]
    [InlineData("a.e30.b")]
    [InlineData("a.W10.b")]
    [InlineData("a.eyJvaWQiOjF9.b")]
    [InlineData("a.eyJvaWQiOiIifQ.b")]
    [InlineData("a.e30.b.c")]
    public void A_token_that_does_not_say_whose_it_is_is_refused_and_not_repeated(string token)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => RedisToken.Read(token, default));
        Assert.DoesNotContain("secret", $"{refused}", StringComparison.Ordinal);
    }

    private AccessToken New() => new(TestCredential.Token("me"), _time.GetUtcNow() + Life);

    private static Task Ready(RedisTokens tokens) => tokens.ReadyAsync(Clock.Patience).Within("token");

    private RedisTokens Tokens(TokenCredential credential, Func<bool>? isRefused = null) => new(
        credential,
        token =>
        {
            _said.Enqueue(token);
            return isRefused?.Invoke() == true ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
        },
        _time,
        NullLogger.Instance);

    /// <summary>Reports each wait between two requests.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        public static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

        private static readonly TimeSpan[] Limits = [Patience, TimeSpan.FromSeconds(30)];

        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public Task<TimeSpan> Wait() =>
            _waits.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within("wait");

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (!Limits.Contains(dueTime)) _waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
