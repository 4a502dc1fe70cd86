using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub;

/// <summary>The settings of the hub: who may publish and subscribe, and the limits. Section <c>Hub</c>.</summary>
public sealed class HubOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Hub";

    private const int SmallestUpdateBytes = 1024;
    private const int MostProxies = 10;
    private const int LargestUpdateBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan LongestGather = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the versions of the Mercure protocol that the hub speaks. Each parameter and each token
    /// shows to which version it belongs. Default <c>1.0</c> and <c>0.x</c>; one of them can be left out.</summary>
    public IReadOnlyList<string> Dialects { get; set; } = [TokenDialects.V1, TokenDialects.V0];

    /// <summary>Gets or sets the issuers whose tokens of Mercure 1.0 the hub accepts, from publishers and from
    /// subscribers. Default: none, and then no token of 1.0 is valid.</summary>
    public IReadOnlyList<IssuerOptions> Issuers { get; set; } = [];

    /// <summary>Gets or sets the name of this hub in tokens of Mercure 1.0: the value that the claim <c>aud</c> must be
    /// or contain (RFC 9068, section 4). The comparison is exact. Default: null, and then the name is the hub's address
    /// in the request, such as <c>https://example.com/.well-known/mercure</c>.</summary>
    /// <remarks>Set it if the hub has several names, or if a proxy forwards any host name that a client sends: such a
    /// client could use a token for another hub of the same issuer. If it is an http or https URL, it is also the base
    /// URL of relative topics and URL patterns.</remarks>
    public string? ResourceId { get; set; }

    /// <summary>Gets or sets the keys that verify the 0.x tokens of publishers. Default: none, and then only tokens of
    /// Mercure 1.0 can publish over HTTP.</summary>
    public KeyOptions Publisher { get; set; } = new();

    /// <summary>Gets or sets the keys that verify the 0.x tokens of subscribers. Default: none, and then the keys of
    /// <see cref="Publisher"/> verify them.</summary>
    public KeyOptions Subscriber { get; set; } = new();

    /// <summary>Gets or sets whether clients can subscribe to public updates without a token. Default false.</summary>
    public bool Anonymous { get; set; }

    /// <summary>Gets or sets whether the hub tells who is subscribed: by the subscription API, and by a private update
    /// when a subscription starts or ends. Default false.</summary>
    public bool Subscriptions { get; set; }

    /// <summary>Gets or sets the name of the cookie that may contain a token of Mercure 1.0. Default
    /// <c>__Secure-mercure_access_token</c>.</summary>
    /// <remarks>Browsers accept a name that starts with <c>__Secure-</c> over HTTPS only.</remarks>
    public string AccessTokenCookie { get; set; } = "__Secure-mercure_access_token";

    /// <summary>Gets or sets the name of the cookie that may contain a token of Mercure 0.x. Default
    /// <c>mercureAuthorization</c>.</summary>
    public string Cookie { get; set; } = "mercureAuthorization";

    /// <summary>Gets or sets the origins whose pages may publish with a cookie, besides the hub's own origin, such as
    /// <c>https://example.com</c>, <c>https://*.example.com</c> or <c>*</c>. Default: none.</summary>
    public IReadOnlyList<string> PublishOrigins { get; set; } = [];

    /// <summary>Gets or sets the largest body of a publication, in bytes; also the largest data of an update, in UTF-8.
    /// Default 1 MiB; 1 KiB to 16 MiB.</summary>
    public int MaxUpdateBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets the largest number of subscribers on one instance. The hub tells further clients to
    /// reconnect later. Default 10,000, at least 1.</summary>
    public int MaxSubscribers { get; set; } = 10_000;

    /// <summary>Gets or sets the largest number of subscribers on one instance that share an IPv4 address or an IPv6
    /// network of 64 bits. Default 0: no limit, because all clients behind one proxy share its address.</summary>
    public int MaxSubscribersPerClient { get; set; }

    /// <summary>Gets or sets how many proxies in front of this app, such as a load balancer and a CDN, append to the
    /// header <c>X-Forwarded-For</c> the address from which they got a request. Default 0, at most 10.</summary>
    /// <remarks><see cref="MaxSubscribersPerClient"/> uses the header to distinguish clients, and trusts only the last
    /// entries, as many as this number. With 0 the header has no effect, and all clients behind a proxy count as one.
    /// In the Functions host, more than 1 has no effect, and the host needs
    /// <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED=true</c> too, because it replaces the header before the function gets the
    /// request.</remarks>
    public int TrustedProxies { get; set; }

    /// <summary>Gets or sets the largest number of topics of an update, and of topic selectors of a subscriber. Default
    /// 1,000, at least 1.</summary>
    public int MaxTopics { get; set; } = 1000;

    /// <summary>Gets or sets the time in which subscribers with the same topic selectors and rights get at most one
    /// write. Default 20 ms, at most 1 s.</summary>
    /// <remarks>The first update after a pause is written immediately. Updates that follow within this time are written
    /// together. A longer time costs latency and saves money: in Azure, most of the cost of a delivery is per write.
    /// With 0, each update is written as soon as the previous write is done.</remarks>
    public TimeSpan Gather { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Gets or sets how much history the log keeps for clients that return.</summary>
    public HistoryOptions History { get; set; } = new();

    internal bool SpeaksV1 => Dialects.Contains(TokenDialects.V1);

    internal bool SpeaksV0 => Dialects.Contains(TokenDialects.V0);

    /// <summary>The issuers with their sections, without empty entries; none if the hub does not speak Mercure 1.0.
    /// </summary>
    internal IEnumerable<RoleKeys> TrustedIssuers =>
        SpeaksV1 ? IssuersAndSections.Select(item => item.Issuer.ToRoleKeys(item.Section)) : [];

    /// <summary>Where requests may have their token.</summary>
    internal TokenPlaces TokenPlaces => new(SpeaksV1 ? AccessTokenCookie : null, SpeaksV0 ? Cookie : null);

    internal UpdateLimits UpdateLimits => new(MaxTopics, MaxUpdateBytes);

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        foreach (var problem in Publisher.Problems($"{Section}:{nameof(Publisher)}")) yield return problem;
        foreach (var problem in Subscriber.Problems($"{Section}:{nameof(Subscriber)}")) yield return problem;
        foreach (var problem in OriginList.Problems($"{Section}:{nameof(PublishOrigins)}", PublishOrigins))
            yield return problem;
        foreach (var problem in ProblemsOfV1()) yield return problem;
        (string Name, string Value)[] cookies =
            [(nameof(Cookie), Cookie), (nameof(AccessTokenCookie), AccessTokenCookie)];
        foreach (var (name, cookie) in cookies)
        {
            if (cookie.Length == 0 || !cookie.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
                yield return $"{Section}:{name} is '{cookie}': use letters, digits, '-' and '_'.";
        }
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

    private IEnumerable<(IssuerOptions Issuer, string Section)> IssuersAndSections => Issuers
        .Select((issuer, index) => (Issuer: issuer, issuer.Section ?? $"{Section}:{nameof(Issuers)}:{index}"))
        .Where(item => !item.Issuer.IsEmpty);

    private IEnumerable<string> ProblemsOfV1()
    {
        if (Dialects.Count == 0 || Dialects.Any(name => name is not (TokenDialects.V1 or TokenDialects.V0)))
        {
            yield return $"{Section}:{nameof(Dialects)} is '{string.Join(',', Dialects)}': set it to "
                + $"{TokenDialects.V1}, to {TokenDialects.V0}, or to {TokenDialects.V1},{TokenDialects.V0}.";
        }
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (issuer, section) in IssuersAndSections)
        {
            foreach (var problem in issuer.Problems(section)) yield return problem;
            if (issuer.Issuer is { Length: > 0 } name && !sections.TryAdd(name, section))
            {
                yield return $"{sections[name]} and {section} have the same {nameof(issuer.Issuer)}: keep one of them, "
                    + $"with all keys in {nameof(issuer.Keys)}.";
            }
        }
        if (string.IsNullOrEmpty(ResourceId)) yield break;
        if (ResourceId.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
        {
            yield return $"{Section}:{nameof(ResourceId)} has white space or a control character, so no token would "
                + "match: remove it.";
        }
    }
}
