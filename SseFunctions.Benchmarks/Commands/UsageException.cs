namespace SseFunctions.Benchmarks.Commands;

/// <summary>The command line is wrong.</summary>
/// <param name="message">The message, which says what to change.</param>
internal sealed class UsageException(string message) : Exception(message);
