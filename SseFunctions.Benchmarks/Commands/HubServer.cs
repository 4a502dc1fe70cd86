using System.Globalization;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>The names of the servers that have the hub's routes, on the command line and in the tables.</summary>
internal static class HubServer
{
    /// <summary>One name per server, with commas between them.</summary>
    public const string All = "ours,queue,ring";

    /// <summary>The hub of this repository, on LocalHost.</summary>
    public const string Ours = "ours";

    /// <summary>The hub with three values of <c>Hub:Gather</c>.</summary>
    public const string Gathering = "ours:0,ours:10,ours:20";

    private const char GatherMark = ':';

    /// <summary>The settings of a server: <c>ours:10</c> is the hub with 10 ms for <c>Hub:Gather</c>.</summary>
    /// <exception cref="UsageException">The text after the colon is not a number of milliseconds.</exception>
    public static Dictionary<string, string> SettingsOf(string name)
    {
        var settings = HubSettings.All;
        if (name.Split(GatherMark) is not [_, var gather]) return settings;
        if (!int.TryParse(gather, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            throw new UsageException($"'{gather}' is not a number of milliseconds.");
        settings["Hub__Gather"] = TimeSpan.FromMilliseconds(milliseconds).ToString();
        return settings;
    }

    /// <exception cref="UsageException">There is no such server.</exception>
    public static ServerVariant Parse(string name) => name.Split(GatherMark)[0] switch
    {
        Ours => ServerVariant.LocalHost,
        "queue" => ServerVariant.Queue,
        "ring" => ServerVariant.Ring,
        _ => throw new UsageException($"There is no server '{name}': use {All}."),
    };
}
