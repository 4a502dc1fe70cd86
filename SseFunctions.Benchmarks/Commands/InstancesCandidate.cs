using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Some instances under a load, one of several such groups that are measured in turns.</summary>
internal sealed class InstancesCandidate(string name, InstanceGroup instances, LoadRun load) : IAsyncDisposable
{
    private const string Topic = "https://example.com/load";

    /// <summary>What it is called.</summary>
    public string Name => name;

    /// <summary>Its subscribers and publishers.</summary>
    public LoadRun Load => load;

    /// <summary>What was measured.</summary>
    public List<LoadFigures> Rounds { get; } = [];

    /// <summary>The seconds of Redis' processor time for an update, of each round.</summary>
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

    /// <summary>Adds a round.</summary>
    public async Task MeasureAsync(RedisProcess redis, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = redis.ProcessorTime;
        var figures = await load.MeasureAsync(duration, null, cancellationToken);
        Rounds.Add(figures);
        RedisTimes.Add((redis.ProcessorTime - before).TotalSeconds / figures.Updates);
    }

    /// <summary>Ends them.</summary>
    public async ValueTask DisposeAsync()
    {
        await load.DisposeAsync();
        await instances.DisposeAsync();
    }
}
