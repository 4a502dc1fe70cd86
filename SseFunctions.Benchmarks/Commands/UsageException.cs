namespace SseFunctions.Benchmarks.Commands;

/// <summary>The command line is not understood.</summary>
/// <param name="message">What to change.</param>
internal sealed class UsageException(string message) : Exception(message);
