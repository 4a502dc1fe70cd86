using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>A group of instances under a load. Several groups are measured in turns.</summary>
internal sealed class InstancesCandidate(string name, InstanceGroup instances, LoadRun load) : IAsyncDisposable
{
    private const string Topic = "https://example.com/load";

    /// <summary>The name in the table.</summary>
    public string Name => name;

    /// <summary>The subscribers and publishers of the group.</summary>
    public LoadRun Load => load;

    public List<LoadFigures> Rounds { get; } = [];

    /// <summary>The processor time of Redis per update in seconds, for each round.</summary>
    public List<double> RedisTimes { get; } = [];

    /// <summary>Starts the instances, and opens the streams.</summary>
    public static async Task<InstancesCandidate> StartAsync(
        string name,
        int count,
        Dictionary<string, string> settings,
        LoadOptions options,
        CancellationToken cancellationToken)
    {
        var instances = await InstanceGroup.StartAsync(count, settings, cancellationToken);
        try
        {
            var target = LoadTarget.Of(instances.Servers, Topic);
            var load = await LoadRun.OpenAsync(target, options, cancellationToken);
            return new InstancesCandidate(name, instances, load);
        }
        catch
        {
            await instances.DisposeAsync();
            throw;
        }
    }

    /// <summary>Measures a round, and adds the results to <see cref="Rounds"/> and <see cref="RedisTimes"/>.
    /// </summary>
    public async Task MeasureAsync(RedisProcess redis, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = redis.ProcessorTime;
        var figures = await load.MeasureAsync(duration, null, cancellationToken);
        Rounds.Add(figures);
        RedisTimes.Add((redis.ProcessorTime - before).TotalSeconds / figures.Updates);
    }

    /// <summary>Ends the load and the instances.</summary>
    public async ValueTask DisposeAsync()
    {
        await load.DisposeAsync();
        await instances.DisposeAsync();
    }
}
