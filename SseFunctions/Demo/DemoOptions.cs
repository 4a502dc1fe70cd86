using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Demo;

/// <summary>What the demo's stream says, and how fast. Section <c>Demo</c>.</summary>
public sealed class DemoOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Demo";

    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    /// <summary>The messages, in order: <c>Demo__Messages__0</c> and so on, or one value with commas. Empty, the
    /// default: a series of ten that explains itself.</summary>
    public IReadOnlyList<string> Messages { get; set; } = [];

    /// <summary>The time between two messages, written <c>hh:mm:ss</c>. Default 2 s, at most 1 h. 0: all at once.
    /// </summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems() => Settings.OutOfRange($"{Section}:{nameof(Delay)}", Delay, LongestDelay);
}
