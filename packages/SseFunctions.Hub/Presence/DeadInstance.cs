namespace SseFunctions.Hub.Presence;

/// <summary>A dead instance that this instance has claimed, to remove its values from the registry.</summary>
/// <param name="Name">The name of the dead instance.</param>
/// <param name="Values">The values that the dead instance has left in the registry, by name.</param>
internal sealed record DeadInstance(string Name, IReadOnlyList<KeyValuePair<string, string>> Values);
