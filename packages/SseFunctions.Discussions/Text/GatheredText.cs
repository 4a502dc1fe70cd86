using System.Runtime.CompilerServices;
using System.Text;

namespace SseFunctions.Discussions.Text;

/// <summary>Turns the words of a source into the pieces that are published: the first words at once, later words
/// combined. The pieces put together are the words of the source, cleaned by <see cref="CleanText"/>. Can be read
/// once.</summary>
/// <param name="source">Starts the source. The token is canceled when nobody needs the words any more.</param>
/// <param name="gather">How long words are combined after the last piece. Zero: each piece of the source is a
/// piece.</param>
/// <param name="silence">How long the source may give nothing, not even an empty piece.</param>
/// <param name="longest">How long the source may take altogether; infinite: no limit. If it has given words until then,
/// they are cut off.</param>
/// <param name="time">The clock for the three durations.</param>
internal sealed class GatheredText(
    Func<CancellationToken, IAsyncEnumerable<string>> source,
    TimeSpan gather,
    TimeSpan silence,
    TimeSpan longest,
    TimeProvider time)
{
    /// <summary>The highest number of UTF-16 units of a piece. Words are not combined beyond it.</summary>
    public const int MaxPieceLength = 512;

    /// <summary>The highest number of UTF-16 units of all pieces together. A source that has more is cut off.</summary>
    public const int MaxLength = 64 * 1024;

    // How long a source that is no longer needed may take to end. It then ends in the background.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly CleanText _cleaner = new();
    private readonly StringBuilder _waiting = new();
    private int _length;
    private long _started;
    private long _lastPiece;
    private long _lastSign;
    private bool _hasPiece;

    /// <summary>Gets whether the source had more than <see cref="MaxLength"/> units or took too long, so that the rest
    /// was cut off.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads the source and gives the pieces. No piece is empty, and none ends within a surrogate pair.
    /// </summary>
    /// <exception cref="ParticipantException">The source was silent for too long, or gave no word in the whole
    /// time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled. The words that
    /// have not been given yet are lost.</exception>
    /// <remarks>An exception of the source is thrown after the words before it were given.</remarks>
    public async IAsyncEnumerable<string> Read([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var timers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var needed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _started = _lastSign = time.GetTimestamp();
        var words = source(needed.Token).GetAsyncEnumerator(needed.Token);
        var next = Next(words);
        try
        {
            Task? due = null;
            Task? limit = null;
            var hasEnded = false;
            while (!hasEnded)
            {
                while (!IsOver() && !next.IsCompleted
                    && (_waiting.Length == 0 || (_hasPiece && Remaining(_lastPiece, gather) > 0)))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (limit is null or { IsCompleted: true })
                    {
                        if (Remaining(_lastSign, silence) <= 0) throw Silent();
                        limit = Task.WhenAny(
                            Wait(_lastSign, silence, timers.Token), Wait(_started, longest, timers.Token));
                    }
                    if (_waiting.Length == 0) await Task.WhenAny(next, limit);
                    else
                    {
                        due ??= Wait(_lastPiece, gather, timers.Token);
                        await Task.WhenAny(next, limit, due);
                    }
                }
                cancellationToken.ThrowIfCancellationRequested();
                if (IsOver()) hasEnded = CutOff();
                else if (next.IsCompleted) hasEnded = !Take(ref next, words);
                while (IsDue(hasEnded))
                {
                    due = null;
                    yield return Piece();
                }
            }
            // Throws the exception of the source.
            if (!IsCut) await next;
        }
        finally
        {
            var closing = Close(words, next, needed);
            if (!closing.IsCompleted && !cancellationToken.IsCancellationRequested)
                await Task.WhenAny(closing, Task.Delay(Grace, time, timers.Token));
            await timers.CancelAsync();
        }
    }

    // Takes what the source has given, and asks it for more. Returns false if nothing more is wanted.
    private bool Take(ref Task<bool> next, IAsyncEnumerator<string> words)
    {
        if (!next.IsCompletedSuccessfully || !next.Result)
        {
            _cleaner.Complete(_waiting);
            return false;
        }
        _lastSign = time.GetTimestamp();
        _cleaner.Append(words.Current, _waiting);
        if (_length + _waiting.Length > MaxLength)
        {
            _waiting.Length = CleanText.WholeLength(_waiting, MaxLength - _length);
            IsCut = true;
            return false;
        }
        next = Next(words);
        return true;
    }

    private bool IsOver() => longest != Timeout.InfiniteTimeSpan && Remaining(_started, longest) <= 0;

    private bool CutOff()
    {
        _cleaner.Complete(_waiting);
        IsCut = true;
        return _length + _waiting.Length > 0 ? true : throw Silent();
    }

    private bool IsDue(bool hasEnded) => _waiting.Length > 0
        && (hasEnded || !_hasPiece || _waiting.Length >= MaxPieceLength || Remaining(_lastPiece, gather) <= 0);

    private string Piece()
    {
        var length = CleanText.WholeLength(_waiting, MaxPieceLength);
        var piece = _waiting.ToString(0, length);
        _waiting.Remove(0, length);
        _length += length;
        _hasPiece = true;
        _lastPiece = time.GetTimestamp();
        return piece;
    }

    private double Remaining(long since, TimeSpan span) => (span - time.GetElapsedTime(since)).TotalMilliseconds;

    private Task Wait(long since, TimeSpan span, CancellationToken cancellationToken)
    {
        if (span == Timeout.InfiniteTimeSpan) return Task.Delay(span, time, cancellationToken);
        // Rounded up, because a timer counts whole milliseconds: it must not be early.
        var milliseconds = Math.Max(1, Math.Ceiling(Remaining(since, span)));
        return Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellationToken);
    }

    private ParticipantException Silent() => new(
        ParticipantException.Silence,
        $"The participant sent nothing for {silence.TotalSeconds} s, or no word in the time of a turn.");

    // Not the task of MoveNextAsync itself: an enumerator may throw at once, and then words still wait to be given.
    private static async Task<bool> Next(IAsyncEnumerator<string> words) => await words.MoveNextAsync();

    private static async Task Close(IAsyncEnumerator<string> words, Task<bool> next, CancellationTokenSource needed)
    {
        var hasEnded = next.IsCompleted && (!next.IsCompletedSuccessfully || !next.Result);
        if (!hasEnded) await needed.CancelAsync();
        try
        {
            // An enumerator may only be disposed when it is not moving.
            await next;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Read has thrown it, or nobody needs it any more.
        }
        try
        {
            await words.DisposeAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The words are complete.
        }
        needed.Dispose();
    }
}
