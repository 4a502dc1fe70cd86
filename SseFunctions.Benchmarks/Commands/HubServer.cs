using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>The servers that have the hub's routes, as the command line and the tables name them.</summary>
internal static class HubServer
{
    /// <summary>All of them.</summary>
    public const string All = "ours,queue,ring";

    /// <summary>The hub itself.</summary>
    public const string Ours = "ours";

    /// <summary>The server that a name stands for.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ServerVariant Parse(string name) => name switch
    {
        Ours => ServerVariant.LocalHost,
        "queue" => ServerVariant.Queue,
        "ring" => ServerVariant.Ring,
        _ => throw new UsageException($"There is no server '{name}', only {All}."),
    };
}
