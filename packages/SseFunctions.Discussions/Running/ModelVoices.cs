using SseFunctions.Discussions.Models;
using SseFunctions.Discussions.Participants;

namespace SseFunctions.Discussions.Running;

/// <summary>The models of the settings, and scripts.</summary>
internal sealed class ModelVoices(IModels models) : IVoices
{
    /// <inheritdoc/>
    public bool IsLimited => true;

    /// <inheritdoc/>
    public IParticipant? Find(Participant participant) => models.Find(participant.Model);

    /// <inheritdoc/>
    public bool IsPaid(IParticipant voice) => voice is not ScriptedParticipant;
}
