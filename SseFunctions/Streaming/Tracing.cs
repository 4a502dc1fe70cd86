using System.Diagnostics;

namespace SseFunctions.Streaming;

/// <summary>Where all spans of this app come from. While nobody listens, none is made.</summary>
internal static class Tracing
{
    /// <summary>The name of the source, the same as the meter's.</summary>
    public const string SourceName = StreamMetrics.MeterName;

    /// <summary>The source.</summary>
    public static ActivitySource Source { get; } = new(SourceName);
}
