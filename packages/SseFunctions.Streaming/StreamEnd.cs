namespace SseFunctions.Streaming;

/// <summary>Why a stream ended: there is no other reason. Each is counted and logged by its name.</summary>
internal enum StreamEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The sequence of events is finished.</summary>
    Finished,

    /// <summary>The client closed the connection, it broke, or the client's network does not answer any more.</summary>
    ClientGone,

    /// <summary>The platform cancelled the invocation, for instance at its functionTimeout.</summary>
    InvocationCancelled,

    /// <summary>The host is stopping: a deployment, a scale-in, Ctrl+C.</summary>
    HostStopping,

    /// <summary><see cref="StreamingOptions.MaxDuration"/> is over; the client comes back and resumes.</summary>
    MaxDuration,

    /// <summary>The client took nothing for <see cref="StreamingOptions.WriteTimeout"/>, while a write waited for
    /// it.</summary>
    WriteTimeout,

    /// <summary>The time is over for which the stream was allowed, for instance that of a token.</summary>
    Expired,

    /// <summary>The client was so slow that its next event is no longer to be had; it comes back, and can be told.
    /// </summary>
    FellBehind,

    /// <summary>The sequence of events threw: a fault of the application, and the only reason that is an
    /// error.</summary>
    Failed,
}
