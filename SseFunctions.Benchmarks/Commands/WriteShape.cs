using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>A kind of load.</summary>
/// <param name="Name">What it is, in a word or two.</param>
/// <param name="Path">What both servers answer it at.</param>
/// <param name="Connections">How many connections are open at once.</param>
/// <param name="IsEndless">Whether an answer has no end.</param>
internal sealed record WriteShape(string Name, string Path, int Connections, bool IsEndless)
{

    /// <summary>All of them.</summary>
    public static readonly WriteShape[] All =
    [
        new("demo, no delay", Paths.Demo, 16, false),
        new("always ready", Paths.Ready, 4, false),
        new("paced, 10 ms", Paths.Paced, 200, true),
        new("each awaited", Paths.Awaited, 16, true),
    ];
}
