namespace SseFunctions.Hub.Protocol;

/// <summary>Limits how many log messages a second clients can cause, so that they cannot fill the log. Counts the
/// messages that were left out. Thread-safe.</summary>
internal sealed class LogBudget(TimeProvider time, int linesPerSecond)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _since = time.GetTimestamp();
    private int _lines;
    private int _leftOut;

    /// <summary>Whether a message may be logged now.</summary>
    /// <param name="leftOut">How many messages were left out since the last one that was allowed.</param>
    public bool TryTake(out int leftOut)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_since) >= Second)
            {
                _since = time.GetTimestamp();
                _lines = 0;
            }
            leftOut = _leftOut;
            if (_lines == linesPerSecond)
            {
                _leftOut++;
                return false;
            }
            _lines++;
            _leftOut = 0;
            return true;
        }
    }
}
