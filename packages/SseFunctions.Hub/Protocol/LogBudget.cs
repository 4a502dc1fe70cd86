namespace SseFunctions.Hub.Protocol;

/// <summary>Keeps lines that strangers cause from filling the log: so many a second, and how many were left out is said
/// with the next one. Thread-safe.</summary>
internal sealed class LogBudget(TimeProvider time, int linesPerSecond)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _since = time.GetTimestamp();
    private int _lines;
    private int _leftOut;

    /// <summary>Whether a line may be written now.</summary>
    /// <param name="leftOut">How many were not since the last one that was.</param>
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
