using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Demo;

/// <summary>The settings of the demo stream, section <c>Demo</c>.</summary>
public sealed class DemoOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Demo";

    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    /// <summary>Gets or sets the messages, in order. Written as <c>Demo__Messages__0</c> and so on, or as one value
    /// with commas. Empty (the default): ten built-in messages that explain the demo.</summary>
    public IReadOnlyList<string> Messages { get; set; } = [];

    /// <summary>Gets or sets the time between two messages, written <c>hh:mm:ss</c>. Default 2 s, at most 1 h. 0: no
    /// delay.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems() => Settings.OutOfRange($"{Section}:{nameof(Delay)}", Delay, LongestDelay);
}
