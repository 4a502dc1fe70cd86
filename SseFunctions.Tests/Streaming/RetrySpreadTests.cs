using SseFunctions.Streaming;

namespace SseFunctions.Tests.Streaming;

public sealed class RetrySpreadTests
{
    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2_000, 2, 2)]
    [InlineData(5_000, 2, 5)]
    [InlineData(10_000, 2, 10)]
    [InlineData(10_000, 60, 60)]
    public void Is_as_long_as_the_shortest_time_or_as_a_thousand_clients_a_second_need(
        int clients, int shortest, int spread) =>
        Assert.Equal(TimeSpan.FromSeconds(spread), RetrySpread.Of(clients, TimeSpan.FromSeconds(shortest)));

    [Fact]
    public void Draws_from_the_whole_spread_and_from_nowhere_else()
    {
        const int Draws = 10_000;
        var (shortest, spread) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        var seconds = new int[7];
        for (var count = 0; count < Draws; count++)
        {
            var drawn = RetrySpread.Draw(shortest, spread);
            Assert.InRange(drawn, 2_000, 7_000);
            seconds[Math.Min(drawn / 1000, 6)]++;
        }
        // The mean is a fifth in each second. The tolerance is more than ten standard deviations.
        Assert.All(seconds[2..], count => Assert.InRange(count, Draws / 5 * 0.75, Draws / 5 * 1.25));
    }
}
