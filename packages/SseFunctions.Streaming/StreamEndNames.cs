namespace SseFunctions.Streaming;

/// <summary>The names of end reasons in logs, metrics and spans.</summary>
internal static class StreamEndNames
{
    /// <summary>Gets the reason's name in lower snake case, the convention of OpenTelemetry for attribute
    /// values.</summary>
    public static string Name(this StreamEnd reason) => reason switch
    {
        StreamEnd.Finished => "finished",
        StreamEnd.ClientGone => "client_gone",
        StreamEnd.InvocationCancelled => "invocation_cancelled",
        StreamEnd.HostStopping => "host_stopping",
        StreamEnd.MaxDuration => "max_duration",
        StreamEnd.WriteTimeout => "write_timeout",
        StreamEnd.Expired => "expired",
        StreamEnd.FellBehind => "fell_behind",
        StreamEnd.Failed => "failed",
        _ => "none",
    };
}
