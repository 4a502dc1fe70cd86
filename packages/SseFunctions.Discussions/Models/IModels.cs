namespace SseFunctions.Discussions.Models;

/// <summary>The models that participants can use.</summary>
internal interface IModels
{
    /// <summary>Gets the names that a start request may use, the default first. The last is <c>scripted</c>.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Finds who speaks for a participant.</summary>
    /// <param name="model">The name of a model. Null or empty: the first of <see cref="Names"/>.</param>
    /// <returns>Null if no model has the name.</returns>
    IParticipant? Find(string? model);
}
