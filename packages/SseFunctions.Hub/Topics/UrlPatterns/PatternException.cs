namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A pattern that is not valid, or that this hub does not run.</summary>
/// <param name="reason">Says what to change, as a sentence.</param>
internal sealed class PatternException(string reason) : Exception(reason)
{
    /// <summary>How the reason ends if the pattern is valid, but this hub does not run it.</summary>
    public const string NotRun = ", which this hub does not run.";

    /// <summary>Creates the exception for a valid pattern that this hub does not run.</summary>
    /// <param name="what">What the pattern has, as in <c>A group uses a look-ahead</c>.</param>
    public static PatternException OfUnsupported(string what) => new(what + NotRun);
}
