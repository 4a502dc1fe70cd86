using System.Globalization;
using System.Text;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>The commands of this program.</summary>
internal static class CommandTable
{
    private const int NameColumns = 16;

    private static readonly Command[] Commands =
    [
        new("first-byte", "", "how long a client waits for the headers and the first comment",
            (_, stop) => Done(FirstByteCommand.RunAsync(stop))),
        new("stop", "", "how long a server with 100 open streams takes to stop, and how the streams end",
            (_, stop) => Done(StopCommand.RunAsync(stop))),
        new("idle", "[count]", "memory of a stream without events, and whether heartbeats are on time (default 5000)",
            (args, stop) => Done(IdleCommand.RunAsync(StreamsOf(args, IdleCommand.DefaultStreams), stop))),
        new("write", "", "events per second of processor time, compared with loops written by hand",
            (_, stop) => Done(WriteCommand.RunAsync(stop))),
        new("encode", "", "time and memory to encode an event", (_, _) => Micro<EncodeBenchmark>()),
        new("match", "", "time to find the subscribers of an update", (_, _) => Micro<MatchBenchmark>()),
        new("match-hostile", "", "the most that the matchers of one subscription can cost a publication",
            (_, _) => Micro<HostileMatchBenchmark>()),
        new("append", "", "time and memory to append to the log", (_, _) => Micro<AppendBenchmark>()),
        new("redis-append", "<server>", "appends/s to the log in a running Redis, by 1000 publishers at once",
            (args, stop) => Done(RedisAppendCommand.RunAsync(args[0], stop))),
        new("hub-idle", "[count]", "like idle, for the hub: all streams with one topic, then with one topic each "
            + "(default 20000)",
            (args, stop) => Done(IdleCommand.RunHubAsync(StreamsOf(args, IdleCommand.DefaultHubStreams), stop))),

        new("idle-cost", "", "processor time of 1000 streams without events: the hub, and servers written by hand",
            (args, stop) => IdleCostCommand.RunAsync(new Arguments(args), stop))
        {
            Options = ["--streams 1000 --seconds 60 --rounds 5"],
        },
        new("load", "<url>", "a running server: GET subscribes, POST publishes",
            (args, stop) => LoadCommand.RunAsync(args[0], new Arguments(args.AsSpan(1)), stop))
        {
            Options =
            [
                "--subscribers 1000  --topic T  --publishers 4  --seconds 10",
                "--rate R            updates a second; without it, as fast as answers come",
                "--updates N         stop after N updates",
                "--data 100          bytes of an update",
                "--drops D           connections a second that are broken and resumed",
                "--stalled N         N additional subscribers that read nothing",
                "--token T, --key K  a token, or a key to make one with (HS256)",
                "--pid P[,P]         the server's processes, for processor time and memory",
                "--in-flight N       at most N updates that are published and not yet delivered to all",
                "--ids yes           the answer to a post is the id of the update",
                "--publish-url U     post to another address",
                "--raw yes           post only the data, not a form; subscribe to the URL as given",
            ],
        },
        new("fan-out", "", "1000 and 5000 subscribers, 10 updates/s: the hub and broadcasters written by hand, in "
            + "turns",
            (args, stop) => CompareCommand.FanOutAsync(new Arguments(args), stop))
        {
            Options = ["--subscribers --publishers --rate --seconds 5 --rounds 5 --servers ours,queue,ring"],
        },
        new("closed-loop", "", "1000 subscribers: 16 publishers as fast as answers come, then one with 16 updates on "
            + "the way",
            (args, stop) => CompareCommand.ClosedLoopAsync(new Arguments(args), stop))
        {
            Options = ["the options of fan-out"],
        },
        new("gather", "", "values of Hub:Gather: one publisher with 16 updates on the way, then 100 updates/s",
            (args, stop) => CompareCommand.GatherAsync(new Arguments(args), stop))
        {
            Options = ["the options of fan-out; the server ours:10 is the hub with 10 ms"],
        },
        new("publish-cost", "", "a publish without subscribers, and with 20000 of other topics",
            (args, stop) => PublishCostCommand.RunAsync(new Arguments(args), stop))
        {
            Options = ["--subscribers --publishers 4 --seconds 3 --rounds 5"],
        },
        new("stalled", "", "what a subscriber that reads nothing does to the others",
            (args, stop) => StalledCommand.RunAsync(new Arguments(args), stop))
        {
            Options = ["--subscribers 50 --stalled 1 --rate 100 --data 16384 --seconds 5 --rounds 3 --server ours"],
        },
        new("deliveries", "", "1000000 deliveries while connections break and resume, also before their first update",
            (args, stop) => DeliveriesCommand.RunAsync(new Arguments(args), stop))
        {
            Options =
            [
                "--subscribers 500 --updates 2000 --publishers 8 --rate 100 --drops 100 --server ours",
                "--early-cuts yes",
            ],
        },
        new("instances", "", "1000000 deliveries by instances with a Redis, killed and started again in turns",
            (args, stop) => InstancesCommand.RunAsync(new Arguments(args), stop))
        {
            Options =
            [
                "--instances 3 --kill-every 5 --subscribers 500 --updates 2000 --publishers 8",
                "--rate 40 --drops 10 --early-cuts yes",
                "The subscribers of a killed instance go on at the next. Needs redis-server.",
            ],
        },
        new("discussions", "", "200 discussions with 10 viewers each: how old words are when they arrive",
            (args, stop) => DiscussionsCommand.RunAsync(new Arguments(args), stop))
        {
            Options =
            [
                "--discussions 200 --viewers 10 --rate 40 --seconds 20 --redis yes",
                "First with the logs in memory, then in Redis. Needs redis-server, unless --redis no.",
            ],
        },
        new("reconnect", "", "how many subscribers of a restarted server come back in the same second",
            (args, stop) => Done(ReconnectCommand.RunAsync(new Arguments(args), stop)))
        {
            Options =
                ["--subscribers 5000", "First with the same retry for all, then with a random retry for each stream."],
        },
        new("instances-load", "", "1, 2 and 3 instances with a Redis, and one with its log in memory, in turns",
            (args, stop) => InstancesLoadCommand.RunAsync(new Arguments(args), stop))
        {
            Options =
            [
                "--instances 1,2,3 --subscribers 50 --publishers 4 --rate 50",
                "--fast-subscribers 300 --fast-publishers 16 --seconds 5 --rounds 3",
                "First at the rate, for the latency; then as fast as answers come. Needs redis-server.",
            ],
        },
    ];

    /// <summary>The usage text: all commands and their options.</summary>
    public static string Usage
    {
        get
        {
            var text = new StringBuilder();
            text.AppendLine("dotnet run -c Release --project SseFunctions.Benchmarks -- <command>").AppendLine();
            foreach (var command in Commands.Where(command => command.Options.Length == 0)) Describe(command, text);
            text.AppendLine().Append("Loads: every subscriber gets each update once, in one order, under one id, ")
                .AppendLine("or the exit code is 1.").AppendLine();
            foreach (var command in Commands.Where(command => command.Options.Length > 0)) Describe(command, text);
            text.AppendLine().Append("Servers run as child processes on loopback and end with this program. ")
                .Append("Linux; best on a machine at rest.");
            return text.ToString();
        }
    }

    /// <summary>Finds the command that a command line asks for; null if there is none that takes its
    /// arguments.</summary>
    public static Command? Find(string[] args) =>
        Array.Find(
            Commands, command => args is [var name, .. var rest] && name == command.Name && command.Takes(rest.Length));

    private static void Describe(Command command, StringBuilder text)
    {
        var indent = new string(' ', NameColumns + 2);
        var call = $"{command.Name} {command.Operand}".TrimEnd();
        text.Append("  ").Append(call.PadRight(NameColumns));
        if (call.Length >= NameColumns) text.AppendLine().Append(indent);
        text.AppendLine(command.Description);
        foreach (var line in command.Options) text.Append(indent).Append("  ").AppendLine(line);
    }

    private static int StreamsOf(string[] args, int fallback)
    {
        if (args is not [var text, ..]) return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is > 0 and <= IdleCommand.MaxStreams
            ? count
            : throw new UsageException($"'{text}' is not a valid number of streams.");
    }

    private static async Task<int> Done(Task command)
    {
        await command;
        return 0;
    }

    private static Task<int> Micro<TBenchmark>()
    {
        MicroCommand.Run<TBenchmark>();
        return Task.FromResult(0);
    }
}
