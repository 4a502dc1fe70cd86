using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SseFunctions.Discussions;
using SseFunctions.Tests.Instances;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Several instances that share one Redis, for discussions. Their keys are their own.</summary>
internal sealed class DiscussionInstances(RedisFixture redis) : IDisposable
{
    private readonly string _prefix = $"{Guid.NewGuid():N}";
    private readonly List<Instance> _instances = [];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public HttpClient Http { get; } = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
    {
        Timeout = Limits.Soon,
    };

    public Instance this[int number] => _instances[number];

    /// <summary>Starts instances that have these settings in common.</summary>
    public async Task Start(int instances, string wordDelayMilliseconds, params (string, string)[] more)
    {
        (string, string)[] settings =
        [
            ("Redis__ConnectionString", redis.Server.ConnectionString),
            ("Redis__KeyPrefix", _prefix),
            ("Discussions__Anonymous", "true"),
            ("Discussions__MaxConcurrent", "1000"),
            ("Discussions__MaxConcurrentPerClient", "0"),
            ("Discussions__MaxStartsPerMinute", "0"),
            ("Discussions__Scripted__WordDelay", $"00:00:00.{wordDelayMilliseconds.PadLeft(3, '0')}"),
            ("Streaming__Retry", "00:00:00.100"),
            ("Logging__LogLevel__Default", "Warning"),
            .. more,
        ];
        _instances.AddRange(await Task.WhenAll(
            Enumerable.Range(0, instances).Select(_ => Instance.Start(settings))));
    }

    /// <summary>The settings of instances whose participants are this model.</summary>
    public static (string, string)[] With(FakeModelServer model) =>
    [
        ("Discussions__Models__0__Name", "fake"),
        ("Discussions__Models__0__Endpoint", $"{model.Url}"),
        ("Discussions__Models__0__Key", "key"),
        ("Discussions__Models__0__Model", "fake"),
        ("Discussions__TokensPerDay", "0"),
    ];

    /// <summary>An answer of a model that lasts two minutes, longer than a test needs. So its turn is still open when
    /// the test stops, kills or cancels.</summary>
    public static Func<ModelCall, Task> Endless() => ModelAnswers.Slow(
        TimeSpan.FromMilliseconds(20), [.. Enumerable.Range(0, 6000).Select(number => $"word{number} ")]);

    /// <summary>Starts a discussion at an instance, and returns its id. The participants speak with this model; null:
    /// with the first model of the settings, or from scripts if there is none.</summary>
    public async Task<string> Create(int instance, string id, int turns, string? model = null)
    {
        var request = DiscussionClient.Request(turns: turns);
        if (model is not null)
            request["participants"] = new object[] { new { name = "Ada", model }, new { name = "Bob", model } };
        using var answer = await Http.PutAsJsonAsync(At(instance, $"/discussions/{id}"), request, Test);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return id;
    }

    /// <summary>Reads the transcript from an instance.</summary>
    public async Task<Transcript> Transcript(int instance, string id) =>
        await Http.GetFromJsonAsync<Transcript>(At(instance, $"/discussions/{id}"), Test)
        ?? throw new JsonException("null");

    /// <summary>Returns when the lease of a discussion expires, in milliseconds of Unix time; 0 after its holder has
    /// given it back.</summary>
    public async Task<long> LeasedUntil(string id) =>
        (long)await redis.Server.Ask("HGET", $"{{{_prefix}}}:topic:/discussions/{id}", "until");

    /// <summary>A viewer that moves from one instance to the next: after some events, or, if it stays, only when its
    /// connection breaks. Its number decides at which instance it begins.</summary>
    public MovingViewer Viewer(string id, int number, bool stays = false) =>
        new(id, number, _instances, Http) { Stays = stays };

    /// <summary>A viewer that stays at one instance.</summary>
    public MovingViewer StayingViewer(string id, int instance) =>
        new(id, instance, [_instances[instance]], Http) { Stays = true };

    public Uri At(int instance, string path) => new(_instances[instance].Url, path);

    public void Dispose()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var instance in _instances) TestContext.Current.TestOutputHelper?.WriteLine(instance.Output);
        }
        Http.Dispose();
        foreach (var instance in _instances) instance.Dispose();
    }
}
