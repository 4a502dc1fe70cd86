namespace SseFunctions.Discussions.Running;

/// <summary>Who speaks for the participants of a discussion, and what they may take.</summary>
internal interface IVoices
{
    /// <summary>Whether the discussion counts for the limits of <see cref="Budget"/>.</summary>
    bool IsLimited { get; }

    /// <summary>Finds who speaks for a participant; null if there is nobody any more.</summary>
    IParticipant? Find(Participant participant);

    /// <summary>Whether the tokens of the words count for <see cref="DiscussionOptions.TokensPerDay"/>.</summary>
    bool IsPaid(IParticipant voice);
}
