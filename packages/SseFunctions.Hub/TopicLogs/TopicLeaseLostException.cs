namespace SseFunctions.Hub;

/// <summary>An append to a topic log was refused, because the lease has expired, somebody else has taken it over, or
/// the log has ended. Nothing was appended, and nothing can be appended with this lease any more.</summary>
public sealed class TopicLeaseLostException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="topic">The topic of the log, which the message names.</param>
    public TopicLeaseLostException(string topic)
        : base($"The lease of the topic log {topic} is lost: take it again before you append.")
    {
    }
}
