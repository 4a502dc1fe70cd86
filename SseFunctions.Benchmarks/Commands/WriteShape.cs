using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>A load of one path, in the comparison of two servers.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Path">The path at both servers.</param>
/// <param name="Connections">The number of open connections.</param>
/// <param name="IsEndless">Whether a response has no end.</param>
internal sealed record WriteShape(string Name, string Path, int Connections, bool IsEndless)
{

    /// <summary>All kinds of load.</summary>
    public static readonly WriteShape[] All =
    [
        new("demo, no delay", Paths.Demo, 16, false),
        new("always ready", Paths.Ready, 4, false),
        new("paced, 10 ms", Paths.Paced, 200, true),
        new("each awaited", Paths.Awaited, 16, true),
    ];
}
