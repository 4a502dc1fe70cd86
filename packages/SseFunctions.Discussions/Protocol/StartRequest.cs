namespace SseFunctions.Discussions.Protocol;

/// <summary>A valid request to start a discussion.</summary>
/// <param name="Topic">What is discussed.</param>
/// <param name="Participants">The participants, with ids.</param>
/// <param name="Limits">The limits, from the request or from the settings.</param>
/// <param name="Private">See <see cref="Transcript.Private"/>.</param>
/// <param name="Unattended">See <see cref="Transcript.Unattended"/>.</param>
internal sealed record StartRequest(
    string Topic,
    IReadOnlyList<Participant> Participants,
    DiscussionLimits Limits,
    bool Private,
    bool Unattended)
{
    /// <summary>Whether a discussion was started by an equal request.</summary>
    public bool IsOf(Transcript transcript) => transcript.Topic == Topic
        && transcript.Participants.SequenceEqual(Participants)
        && transcript.Limits == Limits
        && transcript.Private == Private
        && transcript.Unattended == Unattended;
}
