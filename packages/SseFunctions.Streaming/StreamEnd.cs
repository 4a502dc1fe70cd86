namespace SseFunctions.Streaming;

/// <summary>The reasons for which a stream ends. This list is complete. Logs and metrics use
/// <see cref="StreamEndNames"/>.</summary>
internal enum StreamEnd
{
    /// <summary>The stream has not ended.</summary>
    None,

    /// <summary>The sequence of events is finished.</summary>
    Finished,

    /// <summary>The client closed the connection, the connection broke, or the client's network does not answer any
    /// more.</summary>
    ClientGone,

    /// <summary>The platform canceled the invocation, for instance at its functionTimeout.</summary>
    InvocationCancelled,

    /// <summary>The host is stopping: a deployment, a scale-in, Ctrl+C.</summary>
    HostStopping,

    /// <summary>The stream has reached its duration, 80 to 100 % of <see cref="StreamingOptions.MaxDuration"/>. The
    /// client reconnects and resumes.</summary>
    MaxDuration,

    /// <summary>The client took nothing for <see cref="StreamingOptions.WriteTimeout"/> while a write was
    /// blocked.</summary>
    WriteTimeout,

    /// <summary>The time for which the stream was allowed has passed, for instance because a token has
    /// expired.</summary>
    Expired,

    /// <summary>The client was so slow that its next event is no longer available. The client reconnects, and is told
    /// which events it can still get.</summary>
    FellBehind,

    /// <summary>The sequence threw an exception. The only reason that is an error of the app.</summary>
    Failed,
}
