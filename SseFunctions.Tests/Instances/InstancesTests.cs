using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Instances;

/// <summary>Several instances that share one Redis. Whatever happens to the instances, each subscriber gets each update
/// once, in the order of the log.</summary>
public sealed class InstancesTests : IAsyncDisposable
{
    private static readonly string[] Durable = ["--appendonly", "yes", "--appendfsync", "always"];

    private RedisServer? _redis;
    private Deployment? _app;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Subscribers_that_move_between_two_miss_nothing()
    {
        var app = await Start(2);
        await app.Load();
        await app.Publishes(500);
        await app.NothingIsWrong();
    }

    [Fact]
    public async Task Of_three_one_is_killed_again_and_again()
    {
        var app = await Start(3);
        await app.Load();
        for (var kill = 0; kill < 6; kill++)
        {
            await app.Instances[kill % 3].KillAndStart();
            await app.Publishes(20);
        }
        await app.NothingIsWrong();
    }

    [Fact]
    public async Task Redis_stands_still_for_a_while()
    {
        var app = await Start(2);
        await app.Load();
        _redis!.Stop();
        // Each refusal takes 1.5 s.
        await app.IsRefused(2);
        _redis.Continue();
        await app.Publishes(100);
        await app.NothingIsWrong();
    }

    [Fact]
    public async Task Redis_is_killed_and_comes_back_with_what_it_has_stored()
    {
        var app = await Start(2, Durable);
        await app.Load();
        for (var kill = 0; kill < 2; kill++)
        {
            await _redis!.Kill();
            await app.IsRefused(1);
            await _redis.Run();
            await app.Publishes(100);
        }
        await app.NothingIsWrong();
    }

    [Fact]
    public async Task The_instances_are_started_while_Redis_is_down()
    {
        var app = await Start(2, Durable);
        await app.Load();
        await _redis!.Kill();
        await Task.WhenAll(app.Instances.Select(instance => instance.KillAndStart()));
        await app.IsRefused(1);
        await _redis.Run();
        await app.Publishes(100);
        await app.NothingIsWrong();
    }

    private async Task<Deployment> Start(int instances, params string[] redisArguments)
    {
        _redis = await RedisServer.Start(redisArguments);
        return _app = await Deployment.Start(instances, _redis.ImpatientConnectionString);
    }
}
