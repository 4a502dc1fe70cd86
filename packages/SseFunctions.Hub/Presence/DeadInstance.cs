namespace SseFunctions.Hub.Presence;

/// <summary>An instance that died, claimed by this instance, which removes its values.</summary>
/// <param name="Name">The name of the dead instance.</param>
/// <param name="Values">The values that it left in the registry, by name.</param>
internal sealed record DeadInstance(string Name, IReadOnlyList<KeyValuePair<string, string>> Values);
