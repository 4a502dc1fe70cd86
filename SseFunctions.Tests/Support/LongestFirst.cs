using SseFunctions.Tests.Deployment;
using SseFunctions.Tests.Hub;
using SseFunctions.Tests.Hub.Redis;
using SseFunctions.Tests.Instances;
using SseFunctions.Tests.Packages;
using SseFunctions.Tests.Rules;
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
        typeof(ConsumerTests),
        typeof(DeadPathTests),
        typeof(PageTests),
        typeof(ConnectionLimitTests),
        typeof(HubPagePartsTests),
        typeof(HubPageTests),
        typeof(DiscussionsPageTests),
        typeof(RedisIdentityTests),
        typeof(SharedHubTests),
        typeof(StreamingTests),
        typeof(RedisFailureTests),
        typeof(InstancesTests),
        typeof(DependencyRulesTests),
        typeof(SharedPresenceTests),
        typeof(LostUpdatesTests),
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
