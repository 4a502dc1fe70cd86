namespace SseFunctions.Discussions;

/// <summary>How participants without a model speak: the section <c>Discussions:Scripted</c>.</summary>
public sealed class ScriptedOptions
{
    /// <summary>Gets or sets the time between two words. Default 40 ms. Zero: all words at once.</summary>
    public TimeSpan WordDelay { get; set; } = TimeSpan.FromMilliseconds(40);
}
