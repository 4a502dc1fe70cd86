using System.Net;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Puts a load on any running server that streams events and takes updates by POST.</summary>
internal static class LoadCommand
{
    private const int DefaultSeconds = 10;
    private const int MaxSeconds = 600;
    private const int MaxPublishers = 1000;
    private const int MaxRate = 1_000_000;
    private const int MaxInFlight = 100_000;
    private const int MaxDataBytes = 64 * 1024;
    private const string DefaultTopic = "https://example.com/load";

    /// <summary>Measures, and prints the result.</summary>
    /// <returns>The exit code: 0 if every subscriber got every update once and in order.</returns>
    public static async Task<int> RunAsync(string url, Arguments arguments, CancellationToken cancellationToken)
    {
        var options = Options(arguments);
        var duration = arguments.Seconds("seconds", DefaultSeconds, MaxSeconds);
        var updates = arguments.Count("updates", 0, int.MaxValue);
        var target = await TargetAsync(url, arguments, cancellationToken);
        arguments.End();

        await using var load = await LoadRun.OpenAsync(target, options, cancellationToken);
        var figures = await load.MeasureAsync(duration, updates == 0 ? null : updates, cancellationToken);
        var verdict = await load.JudgeAsync(cancellationToken);
        var table = new LoadTable();
        table.Add("load", figures);
        table.Add("load", verdict, load.BytesPerStream);
        table.Print();
        return verdict.IsGood ? 0 : 1;
    }

    private static LoadOptions Options(Arguments arguments)
    {
        var defaults = new LoadOptions();
        var data = arguments.Count("data", defaults.DataBytes, MaxDataBytes);
        if (data < Stamp.MinBytes) throw new UsageException($"--data must be at least {Stamp.MinBytes}.");
        return new LoadOptions
        {
            Subscribers = arguments.Count("subscribers", defaults.Subscribers, LoadLimits.MaxStreams()),
            Stalled = arguments.Count("stalled", 0, LoadLimits.MaxStreams()),
            Publishers = Math.Max(1, arguments.Count("publishers", defaults.Publishers, MaxPublishers)),
            Rate = arguments.Rate("rate", MaxRate) is > 0 and var rate ? rate : null,
            DataBytes = data,
            DropsPerSecond = arguments.Rate("drops", MaxRate) ?? 0,
            InFlight = arguments.Count("in-flight", 0, MaxInFlight) is > 0 and var updates ? updates : null,
        };
    }

    private static async Task<LoadTarget> TargetAsync(
        string url, Arguments arguments, CancellationToken cancellationToken)
    {
        var subscribe = Parse(url);
        var publish = arguments.Text("publish-url") is { } text ? Parse(text) : subscribe;
        var isRaw = arguments.Is("raw");
        var topic = arguments.Text("topic") ?? DefaultTopic;
        var token = arguments.Text("token") ?? (arguments.Text("key") is { } key ? AccessToken.For(key) : null);
        var isPlain = isRaw || subscribe.Query.Length > 0;
        var addresses = await Dns.GetHostAddressesAsync(subscribe.DnsSafeHost, cancellationToken);
        // Uri has percent-encoded the braces of the mark for the number.
        var path = subscribe.PathAndQuery.Replace("%7Bn%7D", LoadTarget.NumberMark, StringComparison.OrdinalIgnoreCase);
        return new LoadTarget
        {
            Address = new IPEndPoint(addresses[0], subscribe.Port),
            Host = subscribe.Authority,
            SubscribePath = isPlain ? path : $"{path}?topic={LoadTarget.Escape(topic)}",
            PublishPath = publish.PathAndQuery,
            Topic = isRaw ? null : topic,
            Token = token,
            AnswersId = arguments.Is("ids"),
            Usage = arguments.Counts("pid") is { } processIds ? new ProcessUsage(processIds) : null,
        };
    }

    private static Uri Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttp
            ? parsed
            : throw new UsageException($"'{url}' is not an http URL.");
}
