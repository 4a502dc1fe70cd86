namespace SseFunctions.Discussions;

/// <summary>Someone who speaks in a discussion. Immutable.</summary>
/// <param name="Id">The id, unique in the discussion.</param>
/// <param name="Name">The name that viewers see, and that a model is told.</param>
public sealed record Participant(string Id, string Name)
{
    /// <summary>Gets the view and the manner of the participant, in the words of the person who started the discussion;
    /// null: none. Viewers see it too.</summary>
    public string? Persona { get; init; }

    /// <summary>Gets the name of a model of <see cref="DiscussionOptions.Models"/> or of a
    /// <see cref="NamedParticipant"/>, <c>default</c> (the <c>IChatClient</c> that the app has registered), or
    /// <c>scripted</c>. Null: the first model of the settings; without models, the <c>IChatClient</c>; without both,
    /// the first <see cref="NamedParticipant"/>; without any of these, scripted.</summary>
    public string? Model { get; init; }
}
