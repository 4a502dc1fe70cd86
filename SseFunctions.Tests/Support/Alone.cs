namespace SseFunctions.Tests.Support;

/// <summary>Tests that run while no others do: what they measure, such as the memory of the process, is everybody's.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
