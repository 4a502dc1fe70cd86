namespace SseFunctions.Benchmarks.Commands;

/// <summary>A command of this program, as the usage text lists it.</summary>
/// <param name="Name">The first argument of the program.</param>
/// <param name="Operand">The argument after the name: <c>[optional]</c>, <c>&lt;required&gt;</c>, or empty for
/// none.</param>
/// <param name="Description">What the command measures, in one line of the usage text.</param>
/// <param name="RunAsync">Takes the arguments after the name, and returns the exit code.</param>
internal sealed record Command(
    string Name, string Operand, string Description, Func<string[], CancellationToken, Task<int>> RunAsync)
{
    /// <summary>The lines that describe the options; empty if the command takes no options.</summary>
    public string[] Options { get; init; } = [];

    /// <summary>Whether the command takes this number of arguments after its name.</summary>
    public bool Takes(int arguments)
    {
        var least = Operand.StartsWith('<') ? 1 : 0;
        var most = Options.Length > 0 ? int.MaxValue : Operand.Length > 0 ? 1 : 0;
        return arguments >= least && arguments <= most;
    }
}
