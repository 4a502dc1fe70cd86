using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Text;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions.Text;

public sealed class GatheredTextTests
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly ObservedClock _time = new();

    [Fact]
    public async Task Gives_the_first_words_at_once_and_later_words_combined()
    {
        var source = new Source();
        await using var pieces = Read(source);
        source.Give("");
        source.Give("One");
        Assert.Equal("One", await Next(pieces));

        var next = Next(pieces);
        var combines = _time.Sets(Gather);
        source.Give(" two");
        source.Give(" three");
        await source.Taken();
        await combines;
        _time.Advance(Gather - TimeSpan.FromMilliseconds(1));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(" two three", await next);
    }

    [Fact]
    public async Task Words_that_come_later_than_the_time_of_combining_leave_at_once()
    {
        var source = new Source();
        await using var pieces = Read(source);
        source.Give("One");
        Assert.Equal("One", await Next(pieces));
        _time.Advance(Gather);
        var next = Next(pieces);
        source.Give(" two");
        Assert.Equal(" two", await next);
    }

    [Fact]
    public async Task A_piece_is_full_with_512_units()
    {
        var source = new Source();
        await using var pieces = Read(source);
        source.Give("One");
        Assert.Equal("One", await Next(pieces));
        var next = Next(pieces);
        source.Give(new string('a', 511));
        // The emoji would end at unit 513.
        source.Give("😀b");
        Assert.Equal(new string('a', 511), await next);
        source.End();
        Assert.Equal("😀b", await Next(pieces));
        Assert.Null(await Next(pieces));
    }

    [Fact]
    public async Task Without_combining_each_piece_of_the_source_is_a_piece()
    {
        Assert.Equal(["a", "b", "c"], await All(["a", "b", "", "c"], TimeSpan.Zero));
    }

    [Fact]
    public async Task A_long_text_that_comes_at_once_is_split()
    {
        var text = string.Concat(Enumerable.Repeat("😀a", 1_000));
        var pieces = await All([text], Gather);
        Assert.Equal(text, string.Concat(pieces));
        Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, 512));
        Assert.All(pieces, piece => Assert.False(char.IsHighSurrogate(piece[^1])));
    }

    [Fact]
    public async Task The_pieces_together_are_the_clean_text()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var text = CleanTextTests.Odd(random, random.Next(300));
            var parts = new List<string>();
            for (var start = 0; start < text.Length;)
            {
                var length = Math.Min(random.Next(0, 1 + random.Next(1, 300)), text.Length - start);
                parts.Add(text.Substring(start, length));
                start += length;
            }
            var pieces = await All(parts, round % 2 == 0 ? Gather : TimeSpan.Zero);
            Assert.Equal(CleanText.Of(text), string.Concat(pieces));
            Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, 512));
            Assert.All(pieces, piece => Assert.Equal(piece, CleanText.Of(piece)));
        }
    }

    [Fact]
    public async Task A_failure_of_the_source_comes_after_the_words_before_it()
    {
        var source = new Source();
        await using var pieces = Read(source);
        source.Give("One");
        Assert.Equal("One", await Next(pieces));
        source.Give(" two");
        source.Fail(new InvalidOperationException("broken"));
        Assert.Equal(" two", await Next(pieces));
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => Next(pieces))).Message);
        await source.Disposed;
    }

    [Fact]
    public async Task A_silent_source_is_cancelled_and_disposed()
    {
        var source = new Source();
        await using var pieces = Read(source);
        source.Give("One");
        Assert.Equal("One", await Next(pieces));
        var next = Next(pieces);
        _time.Advance(Silence - TimeSpan.FromSeconds(1));
        // An empty piece is a sign of life.
        source.Give("");
        await source.Taken();
        _time.Advance(Silence - TimeSpan.FromSeconds(1));
        Assert.False(next.IsCompleted);
        await Advance(TimeSpan.FromSeconds(1), next);
        var silence = await Assert.ThrowsAsync<ParticipantException>(() => next);
        Assert.Equal(ParticipantException.Silence, silence.Reason);
        Assert.True(silence.IsTransient);
        Assert.True(source.Token.IsCancellationRequested);
        await source.Disposed;
    }

    [Fact]
    public async Task A_source_that_ignores_its_token_holds_nobody_up()
    {
        var source = new Source { IgnoresToken = true };
        await using var pieces = Read(source);
        var next = Next(pieces);
        await Advance(TimeSpan.FromSeconds(1), next);
        Assert.Equal(
            ParticipantException.Silence, (await Assert.ThrowsAsync<ParticipantException>(() => next)).Reason);
        Assert.True(source.Token.IsCancellationRequested);
        Assert.False(source.Disposed.IsCompleted);
        source.End();
        await source.Disposed;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellation_leaves_at_once(bool ignoresToken)
    {
        var source = new Source { IgnoresToken = ignoresToken };
        using var leave = new CancellationTokenSource();
        await using var pieces = new GatheredText(source.Read, Gather, Silence, Longest, _time)
            .Read(leave.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        source.Give("One");
        Assert.Equal("One", await Next(pieces));
        var next = Next(pieces);
        source.Give(" two");
        await source.Taken();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.True(source.Token.IsCancellationRequested);
        source.End();
        await source.Disposed;
    }

    [Fact]
    public async Task A_reader_that_stops_cancels_the_source()
    {
        var source = new Source();
        await using (var pieces = Read(source))
        {
            source.Give("One");
            Assert.Equal("One", await Next(pieces));
        }
        Assert.True(source.Token.IsCancellationRequested);
        await source.Disposed;
    }

    [Fact]
    public async Task A_source_without_end_is_cut_off()
    {
        var token = CancellationToken.None;
        var hasEnded = false;
        async IAsyncEnumerable<string> Endless([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            token = cancellationToken;
            try
            {
                // One unit, so that the limit is within a pair.
                yield return "a";
                while (true)
                {
                    await Task.Yield();
                    yield return string.Concat(Enumerable.Repeat("😀", 500));
                }
            }
            finally
            {
                hasEnded = true;
            }
        }
        var text = new GatheredText(Endless, Gather, Silence, Longest, _time);
        var length = 0;
        await foreach (var piece in text.Read(TestContext.Current.CancellationToken)) length += piece.Length;
        Assert.Equal(GatheredText.MaxLength - 1, length);
        Assert.True(text.IsCut);
        Assert.True(hasEnded);
        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_source_that_drips_is_cut_off_after_the_longest_time()
    {
        var source = new Source();
        var text = new GatheredText(source.Read, Gather, Silence, Longest, _time);
        await using var pieces = text.Read(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var said = "";
        var next = Next(pieces);
        for (var seconds = 0; seconds < Longest.TotalSeconds; seconds += 10)
        {
            source.Give("a");
            said += await next;
            next = Next(pieces);
            _time.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Null(await next);
        Assert.Equal(18, said.Length);
        Assert.True(text.IsCut);
        await source.Disposed;
    }

    [Fact]
    public async Task A_source_that_gives_only_signs_of_life_is_silent_after_the_longest_time()
    {
        var source = new Source();
        await using var pieces = Read(source);
        var next = Next(pieces);
        for (var seconds = 0; seconds < Longest.TotalSeconds; seconds += 10)
        {
            Assert.False(next.IsCompleted);
            source.Give("");
            await source.Taken();
            _time.Advance(TimeSpan.FromSeconds(10));
        }
        await Advance(TimeSpan.FromMilliseconds(1), next);
        var silence = await Assert.ThrowsAsync<ParticipantException>(() => next);
        Assert.Equal(ParticipantException.Silence, silence.Reason);
        await source.Disposed;
    }

    [Fact]
    public async Task A_text_of_the_highest_length_is_not_cut()
    {
        var text = new GatheredText(
            _ => new[] { new string('a', GatheredText.MaxLength) }.ToAsyncEnumerable(),
            Gather,
            Silence,
            Longest,
            _time);
        var length = 0;
        await foreach (var piece in text.Read(TestContext.Current.CancellationToken)) length += piece.Length;
        Assert.Equal(GatheredText.MaxLength, length);
        Assert.False(text.IsCut);
    }

    private static async Task<string?> Next(IAsyncEnumerator<string> pieces)
    {
        var hasNext = await pieces.MoveNextAsync().AsTask().Within("piece");
        return hasNext ? pieces.Current : null;
    }

    private IAsyncEnumerator<string> Read(Source source) =>
        new GatheredText(source.Read, Gather, Silence, Longest, _time)
            .Read(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

    private async Task<List<string>> All(IEnumerable<string> parts, TimeSpan gather) =>
        await new GatheredText(_ => parts.ToAsyncEnumerable(), gather, Silence, Longest, _time)
            .Read(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    // The reader needs a moment to react, so the clock advances repeatedly.
    private async Task Advance(TimeSpan step, Task until)
    {
        while (!until.IsCompleted)
        {
            _time.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }
    }

    // A source that gives what the test wants.
    private sealed class Source
    {
        private readonly Channel<(string Piece, TaskCompletionSource Taken)> _pieces =
            Channel.CreateUnbounded<(string, TaskCompletionSource)>();

        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IgnoresToken { get; init; }

        public CancellationToken Token { get; private set; }

        public Task Disposed => _disposed.Task.Within("disposal of the source");

        private Task _taken = Task.CompletedTask;

        /// <summary>Waits until the reader has taken all pieces and has asked for more.</summary>
        public Task Taken() => _taken.Within("reader that asks for more");

        public void Give(string piece)
        {
            var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _taken = taken.Task;
            _pieces.Writer.TryWrite((piece, taken));
        }

        public void End() => _pieces.Writer.TryComplete();

        public void Fail(Exception exception) => _pieces.Writer.TryComplete(exception);

        public async IAsyncEnumerable<string> Read([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Token = cancellationToken;
            try
            {
                while (await _pieces.Reader.WaitToReadAsync(IgnoresToken ? default : cancellationToken))
                {
                    if (!_pieces.Reader.TryRead(out var item)) continue;
                    yield return item.Piece;
                    item.Taken.TrySetResult();
                }
            }
            finally
            {
                _disposed.TrySetResult();
            }
        }
    }
}
