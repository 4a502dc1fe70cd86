using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub.Protocol;

namespace SseFunctions.Tests.Hub;

public sealed class LogBudgetTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void So_many_lines_a_second_and_then_how_many_were_left_out()
    {
        var budget = new LogBudget(_time, 3);
        for (var line = 0; line < 3; line++)
        {
            Assert.True(budget.TryTake(out var none));
            Assert.Equal(0, none);
        }
        for (var line = 0; line < 5; line++) Assert.False(budget.TryTake(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(budget.TryTake(out var leftOut));
        Assert.Equal(5, leftOut);
        Assert.True(budget.TryTake(out leftOut));
        Assert.Equal(0, leftOut);
    }

    [Fact]
    public void Slow_lines_are_never_left_out()
    {
        var budget = new LogBudget(_time, 1);
        for (var line = 0; line < 100; line++)
        {
            Assert.True(budget.TryTake(out _));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
