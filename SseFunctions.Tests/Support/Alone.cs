namespace SseFunctions.Tests.Support;

/// <summary>Tests that run while no other tests run, because they measure something that all tests share, such as the
/// memory of the process.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
