namespace SseFunctions.Streaming;

/// <summary>The reasons as logs and metrics write them.</summary>
internal static class StreamEndNames
{
    /// <summary>The reason's name in lower snake case, as OpenTelemetry writes the values of attributes.</summary>
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
