using SseFunctions.Hub.Topics;

namespace SseFunctions.Benchmarks.Server;

/// <summary>What the servers answer to.</summary>
internal static class Paths
{
    /// <summary>The demo of the local host.</summary>
    public const string Events = "/events";

    /// <summary>The demo's messages.</summary>
    public const string Demo = "/demo";

    /// <summary>Many events that are there already.</summary>
    public const string Ready = "/ready";

    /// <summary>Events that come at a steady pace and never end.</summary>
    public const string Paced = "/paced";

    /// <summary>Events each of which is awaited, as fast as they are taken, without an end.</summary>
    public const string Awaited = "/awaited";

    /// <summary>A first event that is long in coming.</summary>
    public const string Late = "/late";

    /// <summary>The first comment, then nothing.</summary>
    public const string Idle = "/idle";

    /// <summary>The hub, and what is measured beside it: GET subscribes, POST publishes.</summary>
    public const string Hub = HubPath.Absolute;
}
