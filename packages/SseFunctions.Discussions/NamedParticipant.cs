namespace SseFunctions.Discussions;

/// <summary>A participant of an app's own code. Register it as a singleton service, once for each name:
/// <c>services.AddSingleton(new NamedParticipant("oracle", new Oracle()))</c>. A start request then chooses it as
/// <c>model</c>.</summary>
/// <param name="Name">The name, unique among the models of the settings, and not <c>scripted</c>.</param>
/// <param name="Participant">Speaks in every discussion that chooses the name. Several discussions may call it at the
/// same time.</param>
public sealed record NamedParticipant(string Name, IParticipant Participant);
