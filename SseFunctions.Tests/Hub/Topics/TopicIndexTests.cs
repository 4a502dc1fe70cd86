using System.Diagnostics;
using SseFunctions.Hub.Topics;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Topics;

[Collection(nameof(Alone))]
public sealed class TopicIndexTests
{
    private readonly TopicIndex<Item> _index = new();

    [Fact]
    public void Finds_plain_selectors_templates_and_the_wildcard()
    {
        var (plain, template, all) = (new Item("a/1"), new Item("a/{x}"), new Item("*"));
        Add(plain, template, all, new Item("a/2"), new Item("b/{x}"), new Item("a/{x}/b"));
        AssertFinds("a/1", plain, template, all);
        AssertFinds("a/3", template, all);
        AssertFinds("a/{x}", template, all);
        AssertFinds("*", all);
        AssertFinds("", all);
    }

    [Fact]
    public void Finds_an_item_once_for_each_of_its_selectors_that_match()
    {
        var item = new Item("a/1");
        Add(item);
        _index.Add(TopicMatcher.Parse("a/{x}"), item);
        AssertFinds("a/1", item, item);
    }

    [Fact]
    public void Adding_twice_is_adding_once()
    {
        var (plain, template, other) = (new Item("a"), new Item("{x}"), new Item("{x}"));
        Add(plain, plain, template, other, template);
        AssertFinds("a", plain, template, other);
        Remove(plain, template);
        AssertFinds("a", other);
    }

    [Fact]
    public void Removing_what_is_not_there_does_nothing()
    {
        var item = new Item("{x}");
        Add(item);
        Remove(new Item("{x}"), new Item("{y}"), new Item("a"), new Item("*"));
        _index.Remove(TopicMatcher.Parse("{y}"), item);
        AssertFinds("a", item);
    }

    [Fact]
    public void Items_that_are_equal_are_not_the_same()
    {
        var index = new TopicIndex<string>();
        var (one, other) = (new string('a', 2), new string('a', 2));
        index.Add(TopicMatcher.Parse("t"), one);
        index.Add(TopicMatcher.Parse("t"), other);
        index.Remove(TopicMatcher.Parse("t"), one);
        List<string> found = [];
        index.Find("t", found);
        Assert.Same(other, Assert.Single(found));
    }

    [Fact]
    public void Finds_what_a_look_at_every_selector_finds()
    {
        const int Rounds = 20_000;
        const int MaxItems = 300;
        string[] selectors =
            ["*", "", "a", "a/b", "a/b/c", "b", "{x}", "{y}", "{+x}", "a{/x}", "a/{x}", "a/{y}", "a/{x}/c",
            "a/b{/x*}", "{x", "b/{x}"];
        string[] topics = ["*", "", "a", "a/b", "a/b/c", "a/b/c/d", "b", "b/c", "c", "{x}", "a/{x}", "{x"];
        var random = new Random(20261122);
        List<Item> items = [];
        for (var round = 0; round < Rounds; round++)
        {
            // The index grows to the limit and shrinks to nothing, by turns.
            var growing = round / (2 * MaxItems) % 2 == 0;
            if (items.Count == 0 || (items.Count < MaxItems && random.Next(10) < (growing ? 7 : 3)))
            {
                items.Add(new Item(selectors[random.Next(selectors.Length)]));
                Add(items[^1]);
            }
            else
            {
                var i = random.Next(items.Count);
                Remove(items[i]);
                items.RemoveAt(i);
            }
            if (round % 10 != 0) continue;
            var topic = topics[random.Next(topics.Length)];
            AssertFinds(topic, [.. items.Where(item => item.Selector.Matches(topic))]);
        }
    }

    [Fact]
    public void Leaves_nothing_behind()
    {
        const int Items = 20_000;
        const long MaxGrowthBytes = 64 * 1024;
        Fill(Items / 10);
        var growth = Growth(() => Fill(Items));
        Assert.InRange(growth, long.MinValue, MaxGrowthBytes);

        void Fill(int count)
        {
            Item[] items = [.. Enumerable.Range(0, count).Select(i => new Item((i % 4) switch
            {
                0 => "same",
                1 => $"https://e.com/{i}",
                2 => $"https://e.com/{i}/{{x}}",
                _ => $"https://e.com/{{x}}/{i}",
            }))];
            Add(items);
            Remove(items);
            AssertFinds("same");
        }
    }

    [Fact]
    public void A_topic_of_one_item_takes_little_memory()
    {
        const int Items = 20_000;
        const int MaxBytes = 150;
        Item[] items = [.. Enumerable.Range(0, Items).Select(i => new Item($"https://e.com/{i}"))];
        var growth = Growth(() => Add(items), undo: () => Remove(items));
        Assert.InRange(growth / Items, 0, MaxBytes);
        GC.KeepAlive(items);
    }

    [Theory]
    [InlineData("https://e.com/same")]
    [InlineData("https://e.com/{same}")]
    [InlineData("*")]
    public void Very_many_items_of_one_selector_come_and_go_quickly(string text)
    {
        const int Items = 100_000;
        var limit = TimeSpan.FromSeconds(10);
        Item[] items = [.. Enumerable.Range(0, Items).Select(_ => new Item(text))];
        var watch = Stopwatch.StartNew();
        Add(items);
        Remove(items);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, limit);
        AssertFinds("https://e.com/same");
    }

    [Theory]
    [InlineData("https://e.com/{0}")]
    [InlineData("https://e.com/{0}/{{x}}")]
    public void Selectors_that_do_not_match_cost_nothing(string format)
    {
        const int Selectors = 20_000;
        const int Finds = 20_000;
        const double MaxGrowth = 50;
        var item = new Item("https://e.com/topic/{x}");
        Add(item);
        var alone = Time();
        Add([.. Enumerable.Range(0, Selectors).Select(i => new Item(string.Format(null, format, i)))]);
        // Numbers of six different lengths cost six look-ups. Matching each template would be thousands of times
        // slower.
        Assert.InRange(Time() / alone, 0, MaxGrowth);

        double Time()
        {
            List<Item> found = [];
            var best = double.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < Finds; i++)
                {
                    found.Clear();
                    _index.Find("https://e.com/topic/1", found);
                }
                best = double.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
            Assert.Same(item, Assert.Single(found));
            return best;
        }
    }

    // The median of five measurements, because the rest of the process also allocates and frees memory.
    private static long Growth(Action action, Action? undo = null)
    {
        var growth = new long[5];
        for (var round = 0; round < growth.Length; round++)
        {
            var before = GC.GetTotalMemory(true);
            action();
            growth[round] = GC.GetTotalMemory(true) - before;
            undo?.Invoke();
        }
        Array.Sort(growth);
        return growth[growth.Length / 2];
    }

    private void Add(params ReadOnlySpan<Item> items)
    {
        foreach (var item in items) _index.Add(item.Selector, item);
    }

    private void Remove(params ReadOnlySpan<Item> items)
    {
        foreach (var item in items) _index.Remove(TopicMatcher.Parse(item.Selector.Text), item);
    }

    private void AssertFinds(string topic, params Item[] expected)
    {
        List<Item> found = [];
        _index.Find(topic, found);
        Assert.Equal(expected.Order(), found.Order());
    }

    private sealed class Item(string text) : IComparable<Item>
    {
        private static int _made;

        private readonly int _number = Interlocked.Increment(ref _made);

        public TopicMatcher Selector { get; } = TopicMatcher.Parse(text);

        public int CompareTo(Item? other) => _number.CompareTo(other?._number);
    }
}
