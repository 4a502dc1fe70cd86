namespace SseFunctions.Hub.Presence;

/// <summary>An instance that died, claimed to be cleared up after.</summary>
/// <param name="Name">Which one.</param>
/// <param name="Values">What it held, by name.</param>
internal sealed record DeadInstance(string Name, IReadOnlyList<KeyValuePair<string, string>> Values);
