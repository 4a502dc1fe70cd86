using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SseFunctions.Discussions.Running;

/// <summary>The streams that this instance may have open for viewers of discussions and of answers: see
/// <see cref="DiscussionOptions.MaxViewers"/>. Thread-safe.</summary>
internal sealed partial class ViewerPlaces(
    IOptions<DiscussionOptions> options, TimeProvider time, ILogger<ViewerPlaces> logger)
{
    /// <summary>Why a viewer is turned away.</summary>
    public const string Full = "This instance has no place for another viewer";

    /// <summary>When an EventSource for which there is no place tries again, at the earliest.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private int _taken;
    private long? _logged;

    /// <summary>Takes a place. Dispose the result to give the place back.</summary>
    /// <returns>Null if there is none.</returns>
    public IDisposable? TryTake()
    {
        lock (_gate)
        {
            if (_taken < options.Value.MaxViewers)
            {
                _taken++;
                return new Place(this);
            }
            if (_logged is { } logged && time.GetElapsedTime(logged) < LogInterval) return null;
            _logged = time.GetTimestamp();
        }
        LogFull(options.Value.MaxViewers);
        return null;
    }

    private void GiveBack()
    {
        lock (_gate) _taken--;
    }

    [LoggerMessage(402, LogLevel.Warning,
        "Turned a viewer away, because this instance has {Limit} viewers of discussions: raise Discussions:MaxViewers, "
        + "or let the app have more instances. Logged at most every 10 s")]
    private partial void LogFull(int limit);

    private sealed class Place(ViewerPlaces owner) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isDisposed, true)) owner.GiveBack();
        }
    }
}
