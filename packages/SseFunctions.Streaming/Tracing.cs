using System.Diagnostics;

namespace SseFunctions.Streaming;

/// <summary>Where all spans of this app come from. While nobody listens, none is made.</summary>
internal static class Tracing
{
    private static readonly ActivitySource Heard = new(SseTelemetry.SourceName);
    private static readonly ActivitySource Unheard = new($"{SseTelemetry.SourceName}.Unheard");
    private static readonly AsyncLocal<bool> IsSilent = new();

    /// <summary>The source.</summary>
    public static ActivitySource Source => IsSilent.Value ? Unheard : Heard;

    /// <summary>Lets nobody hear of what the current task does, and what it starts.</summary>
    public static void Silence() => IsSilent.Value = true;
}
