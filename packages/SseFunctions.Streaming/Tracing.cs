using System.Diagnostics;

namespace SseFunctions.Streaming;

/// <summary>The source of all spans of this product. Without a listener no span is created.</summary>
internal static class Tracing
{
    private static readonly ActivitySource Heard = new(SseTelemetry.SourceName);
    private static readonly ActivitySource Unheard = new($"{SseTelemetry.SourceName}.Unheard");
    private static readonly AsyncLocal<bool> IsSilent = new();

    /// <summary>Gets the source to create spans with: in a silenced task a source that has no listeners.</summary>
    public static ActivitySource Source => IsSilent.Value ? Unheard : Heard;

    /// <summary>Hides the spans of the current task, and of tasks that it starts, from all listeners.</summary>
    public static void Silence() => IsSilent.Value = true;
}
