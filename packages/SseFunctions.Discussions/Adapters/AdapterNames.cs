using System.Globalization;
using SseFunctions.Discussions.Running;

namespace SseFunctions.Discussions.Adapters;

/// <summary>The names that both adapters use.</summary>
internal static class AdapterNames
{
    /// <summary>Returns the id of a turn in the other protocol. All attempts of a turn have the same id.</summary>
    public static string IdOf(Turn turn) => string.Create(CultureInfo.InvariantCulture, $"turn-{turn.Number}");

    public static string SpeakerOf(this Transcript transcript, Turn turn) =>
        transcript.Participants.FirstOrDefault(participant => participant.Id == turn.Participant)?.Name
        ?? turn.Participant;

    /// <summary>Returns why a discussion has failed, in words for its viewers.</summary>
    public static string FailureOf(Transcript transcript) => transcript.Reason switch
    {
        ParticipantException.ProviderRefused => "The discussion has ended: the model's server refused the app.",
        ParticipantException.ProviderBusy => "The discussion has ended: the model's server has too much to do.",
        ParticipantException.Silence => "The discussion has ended: the model stopped answering.",
        ParticipantException.NoWords => "The discussion has ended: the model answered without a word.",
        Reasons.InstanceLost => "The discussion has ended: the server that let the participant speak was lost.",
        _ => "The discussion has ended: the model failed.",
    };
}
