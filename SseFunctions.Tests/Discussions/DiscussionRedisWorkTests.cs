using System.Globalization;
using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>How many commands a discussion costs Redis.</summary>
public sealed partial class DiscussionRedisWorkTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task A_viewer_costs_Redis_a_few_commands_however_many_words_it_gets()
    {
        const int Viewers = 40;
        // A viewer opens the log, which is a few commands. If each viewer read the events from Redis, it would be one
        // command an event or more.
        const int MostPerViewer = 10;
        var (one, events) = await Commands(viewers: 1);
        var (many, _) = await Commands(Viewers);
        var perViewer = (many - one) / (double)(Viewers - 1);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{events} events. Commands: {one} for 1 viewer, {many} for {Viewers} viewers: {perViewer:F1} a viewer");
        Assert.True(events > 10 * MostPerViewer, $"There were {events} events.");
        Assert.True(perViewer < MostPerViewer, $"{perViewer} commands for a viewer.");
    }

    // The commands that Redis ran for one discussion, and the events that a viewer got.
    private async Task<(long Commands, int Events)> Commands(int viewers)
    {
        await using var server = await redis.StartHost(
            "Discussions:Anonymous=true", "Discussions:Gather=00:00:00", "Discussions:Scripted:WordDelay=00:00:00.010");
        // The same id each time, because the number of words depends on it.
        const string id = "work";
        await server.Http.StartAs(id, DiscussionClient.Request(turns: 4));
        var before = await Count();
        var events = await Task.WhenAll(Enumerable.Range(0, viewers).Select(_ => server.Http.Watch(id)));
        return (await Count() - before, events.Max(list => list.Count));
    }

    private async Task<long> Count()
    {
        var statistics = (string?)await redis.Server.Ask("INFO", "stats") ?? "";
        return long.Parse(Processed().Match(statistics).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("total_commands_processed:([0-9]+)")]
    private static partial Regex Processed();
}
