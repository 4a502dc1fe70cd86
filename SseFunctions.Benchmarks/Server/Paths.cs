using SseFunctions.Hub.Topics;

namespace SseFunctions.Benchmarks.Server;

/// <summary>The paths of the servers.</summary>
internal static class Paths
{
    /// <summary>The demo stream of LocalHost.</summary>
    public const string Events = "/events";

    /// <summary>The demo's messages.</summary>
    public const string Demo = "/demo";

    /// <summary>Many events that are ready without waiting.</summary>
    public const string Ready = "/ready";

    /// <summary>Endless events at a steady pace.</summary>
    public const string Paced = "/paced";

    /// <summary>Endless events as fast as the client takes them. The sequence awaits before each event.</summary>
    public const string Awaited = "/awaited";

    /// <summary>A first event after a long delay.</summary>
    public const string Late = "/late";

    /// <summary>Only the first comment.</summary>
    public const string Idle = "/idle";

    /// <summary>The hub, or a hand-written broadcaster: GET subscribes, POST publishes.</summary>
    public const string Hub = HubPath.Absolute;
}
