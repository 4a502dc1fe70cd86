using SseFunctions.Tests.Deployment;
using SseFunctions.Tests.Discussions;
using SseFunctions.Tests.Hub;
using SseFunctions.Tests.Hub.Redis;
using SseFunctions.Tests.Instances;
using SseFunctions.Tests.Packages;
using SseFunctions.Tests.Rules;
using SseFunctions.Tests.Scripts;
using SseFunctions.Tests.Streaming;
using SseFunctions.Tests.Support;
using SseFunctions.Tests.Telemetry;
using SseFunctions.Tests.Website;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace SseFunctions.Tests.Support;

/// <summary>Starts the classes whose tests take longest before all others: a long class that starts last would run when
/// the other threads have nothing left to do.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Long =
    [
        typeof(PrivacyTests),
        typeof(DeadPathTests),
        typeof(DiscussionInstancesTests),
        typeof(ConsumerTests),
        typeof(ConnectionLimitTests),
        typeof(ModelDiscussionTests),
        typeof(DiscussionHandoverTests),
        typeof(RedisIdentityTests),
        typeof(SharedHubTests),
        typeof(InstancesTests),
        typeof(RedisFailureTests),
        typeof(DiscussionTests),
        typeof(DiscussionsPageStreamTests),
        typeof(DiscussionsPageTroubleTests),
        typeof(LostUpdatesTests),
        typeof(AdapterClientTests),
        typeof(SharedPresenceTests),
        typeof(PageLifeTests),
        typeof(PageTests),
        typeof(HubPagePartsTests),
        typeof(ShippedLogTests),
        typeof(EventSourceTests),
        typeof(DiscussionsPageTests),
        typeof(RedisTopicLogsTests),
        typeof(ProxyTests),
        typeof(SmokeSeriesEndTests),
        typeof(LimitsTests),
        typeof(HubPageTests),
        typeof(StreamingTests),
        typeof(DependencyRulesTests),
    ];

    private static readonly Dictionary<string, int> Order =
        Long.Index().ToDictionary(entry => CollectionEndOf(entry.Item.FullName!), entry => entry.Index);

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => PlaceOf(collection.TestCollectionDisplayName))];

    private static int PlaceOf(string collection) =>
        Order.FirstOrDefault(
            entry => collection.Contains(entry.Key, StringComparison.Ordinal), new("", Long.Length)).Value;

    // xUnit names the collection of a class "Test collection for <class> (id: ...)".
    private static string CollectionEndOf(string className) => $" for {className} ";
}
