using SseFunctions.Hub.Publishing;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub;

/// <summary>Who may publish and subscribe, and how much. Section <c>Hub</c>.</summary>
public sealed class HubOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Hub";

    private const int SmallestUpdateBytes = 1024;
    private const int MostProxies = 10;
    private const int LargestUpdateBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan LongestGather = TimeSpan.FromSeconds(1);

    /// <summary>What tokens of publishers are verified with. Default: nothing, and then nobody can publish over HTTP.
    /// </summary>
    public KeyOptions Publisher { get; set; } = new();

    /// <summary>What tokens of subscribers are verified with. Default: as those of publishers.</summary>
    public KeyOptions Subscriber { get; set; } = new();

    /// <summary>Whether public updates can be subscribed to without a token. Default false.</summary>
    public bool Anonymous { get; set; }

    /// <summary>Whether the hub says who is subscribed: the subscription API, and an update when someone comes or goes.
    /// Default false.</summary>
    public bool Subscriptions { get; set; }

    /// <summary>The name of the cookie that may carry a token. Default <c>mercureAuthorization</c>.</summary>
    public string Cookie { get; set; } = "mercureAuthorization";

    /// <summary>The pages that may publish with the cookie, beside those of the hub's own origin: origins such as
    /// <c>https://example.com</c> or <c>https://*.example.com</c>, or <c>*</c>. Default: none.</summary>
    public IReadOnlyList<string> PublishOrigins { get; set; } = [];

    /// <summary>The largest body of a publication, in bytes. Default 1 MiB; 1 KiB to 16 MiB.</summary>
    public int MaxUpdateBytes { get; set; } = 1024 * 1024;

    /// <summary>How many may be subscribed to this instance at once; who comes later is told to come again. Default
    /// 10,000.</summary>
    public int MaxSubscribers { get; set; } = 10_000;

    /// <summary>How many of them may come from one network address, of IPv6 one network of 64 bits. Default 0: not
    /// limited, since everyone behind one proxy has the same.</summary>
    public int MaxSubscribersPerClient { get; set; }

    /// <summary>How many proxies in front of this app append to the header <c>X-Forwarded-For</c> the address that they
    /// got a request from: the load balancer, the CDN. Only entries of that many proxies count when
    /// <see cref="MaxSubscribersPerClient"/> tells clients apart. Default 0, at most 10: the header does not count, and
    /// all clients behind a proxy are one. In the Functions host at most 1 has an effect, and the host needs
    /// <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED=true</c> too: the host replaces the header before the function sees it.
    /// </summary>
    public int TrustedProxies { get; set; }

    /// <summary>How many topics a subscription, or an update, may name. Default 1,000.</summary>
    public int MaxTopics { get; set; } = 1000;

    /// <summary>Subscribers with the same topics and rights are written to at most once in this time: the first update
    /// after a pause leaves at once, and those that follow within this time leave together. It trades latency for cost:
    /// in Azure, most of a delivery's cost is paid for each write. Default 20 ms, at most 1 s. 0: each update leaves as
    /// soon as the writing of the one before has been done.</summary>
    public TimeSpan Gather { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>What is kept for subscribers that come back.</summary>
    public HistoryOptions History { get; set; } = new();

    /// <summary>The limits of an update.</summary>
    internal UpdateLimits UpdateLimits => new(MaxTopics, MaxUpdateBytes);

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        foreach (var problem in Publisher.Problems($"{Section}:{nameof(Publisher)}")) yield return problem;
        foreach (var problem in Subscriber.Problems($"{Section}:{nameof(Subscriber)}")) yield return problem;
        foreach (var problem in OriginList.Problems($"{Section}:{nameof(PublishOrigins)}", PublishOrigins))
            yield return problem;
        if (Cookie.Length == 0 || !Cookie.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            yield return $"{Section}:{nameof(Cookie)} is '{Cookie}': use letters, digits, '-' and '_'.";
        if (MaxUpdateBytes is < SmallestUpdateBytes or > LargestUpdateBytes)
        {
            yield return $"{Section}:{nameof(MaxUpdateBytes)} is {MaxUpdateBytes}: set it to between "
                + $"{SmallestUpdateBytes} and {LargestUpdateBytes}.";
        }
        foreach (var (name, value, least) in new[]
        {
            (nameof(MaxSubscribers), MaxSubscribers, 1),
            (nameof(MaxSubscribersPerClient), MaxSubscribersPerClient, 0),
            (nameof(MaxTopics), MaxTopics, 1),
        })
        {
            if (value < least) yield return $"{Section}:{name} is {value}: set it to {least} or more.";
        }
        if (TrustedProxies is < 0 or > MostProxies)
        {
            yield return $"{Section}:{nameof(TrustedProxies)} is {TrustedProxies}: set it to between 0 and "
                + $"{MostProxies}, the number of proxies in front of this app.";
        }
        foreach (var problem in Settings.OutOfRange($"{Section}:{nameof(Gather)}", Gather, LongestGather))
            yield return problem;
        foreach (var problem in History.Problems($"{Section}:{nameof(History)}", MaxUpdateBytes)) yield return problem;
    }
}
