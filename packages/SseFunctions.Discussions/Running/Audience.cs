namespace SseFunctions.Discussions.Running;

/// <summary>The viewers of one discussion at this instance. Reading is thread-safe; the lock of
/// <see cref="RunningDiscussions"/> guards changes.</summary>
internal sealed class Audience(IVoices voices, TimeProvider time)
{
    // A viewer that reloads the page, or whose stream is renewed, is away for less than this: with the default of
    // Streaming:Retry, clients reconnect after 2 to 4 s.
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private volatile int _viewers;

    /// <summary>Gets who speaks for the participants.</summary>
    public IVoices Voices => voices;

    public bool IsWatching => _viewers > 0;

    /// <summary>The task that speaks the discussion while somebody watches; null until there was a viewer.</summary>
    public Task? Running { get; set; }

    public void Arrive() => _viewers++;

    public void Depart() => _viewers--;

    /// <summary>Returns whether somebody watches, or comes back within 6 s.</summary>
    public async Task<bool> StaysAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!IsWatching && time.GetElapsedTime(started) < Absence)
            await Task.Delay(Look, time, cancellationToken);
        return IsWatching;
    }
}
