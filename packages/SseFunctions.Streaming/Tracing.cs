using System.Diagnostics;

namespace SseFunctions.Streaming;

/// <summary>Where all spans of this app come from. While nobody listens, none is made.</summary>
internal static class Tracing
{
    /// <summary>The name of the source, the same as the meter's.</summary>
    public const string SourceName = StreamMetrics.MeterName;

    private static readonly ActivitySource Heard = new(SourceName);
    private static readonly ActivitySource Unheard = new($"{SourceName}.Unheard");
    private static readonly AsyncLocal<bool> IsSilent = new();

    /// <summary>The source.</summary>
    public static ActivitySource Source => IsSilent.Value ? Unheard : Heard;

    /// <summary>Lets nobody hear of what the current task does, and what it starts.</summary>
    public static void Silence() => IsSilent.Value = true;
}
