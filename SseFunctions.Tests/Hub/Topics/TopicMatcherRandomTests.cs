using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Tests.Hub.Topics;

/// <summary>Random selectors and topics, the same in every run.</summary>
public sealed class TopicMatcherRandomTests
{
    private const string Unreserved = "abcXYZ0189-._~";

    private readonly Random _random = new(20261122);

    [Fact]
    public void A_template_matches_its_expansions()
    {
        const int Rounds = 5000;
        for (var round = 0; round < Rounds; round++)
        {
            var (template, topic) = (new StringBuilder(), new StringBuilder());
            for (var part = _random.Next(1, 5); part > 0; part--)
            {
                var literal = Draw("/ab.c", 4);
                template.Append(literal);
                topic.Append(literal);
                var expression = Expression.Draw(_random);
                template.Append(expression.Text);
                topic.Append(expression.Expand(() => Draw(Unreserved, 5)));
            }
            var selector = TopicMatcher.Parse(template.ToString());
            Assert.True(selector.IsTemplate);
            Assert.True(selector.Matches(topic.ToString()), $"{template} does not match {topic}");
        }
    }

    [Fact]
    public void A_template_matches_as_the_regular_expression_of_its_rules_does()
    {
        const int Templates = 60;
        const int Topics = 400;
        var matched = 0;
        for (var round = 0; round < Templates; round++)
        {
            var (template, pattern) = (new StringBuilder(), new StringBuilder());
            for (var part = _random.Next(1, 4); part > 0; part--)
            {
                var literal = Draw("/a.", 2);
                template.Append(literal);
                pattern.Append(Regex.Escape(literal));
                var expression = Expression.Draw(_random);
                template.Append(expression.Text);
                pattern.Append(expression.Pattern);
            }
            var selector = TopicMatcher.Parse(template.ToString());
            var regex = new Regex($@"\A{pattern}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            for (var i = 0; i < Topics; i++)
            {
                var topic = Draw("//aaa..;?&,=#%4", 9);
                var matches = regex.IsMatch(topic);
                if (matches) matched++;
                Assert.True(matches == selector.Matches(topic), $"{template} and {topic}: not {matches}");
            }
        }
        Assert.True(matched > Templates, "Too few topics match to tell anything.");
    }

    [Fact]
    public void No_text_makes_a_selector_throw_or_take_long()
    {
        var limit = TimeSpan.FromMilliseconds(700);
        var worst = TimeSpan.FromSeconds(10);
        var all = Stopwatch.StartNew();
        while (all.Elapsed < limit)
        {
            var text = Draw("{{{}}}+#./;?&,:*19ab%4\0é😀 ", _random.Next(1, _random.Next(2, 60)));
            var topic = Draw("{}+#./;?&,:*19ab%4\0é😀 ", 40);
            var one = Stopwatch.StartNew();
            var selector = TopicMatcher.Parse(text);
            Assert.Equal(selector.Matches(topic), selector.Matches(topic));
            Assert.True(selector.Matches(text));
            Assert.StartsWith(selector.Prefix, text, StringComparison.Ordinal);
            Assert.InRange(one.Elapsed, TimeSpan.Zero, worst);
        }
    }

    private string Draw(string alphabet, int maxLength) => string.Concat(
        Enumerable.Range(0, _random.Next(maxLength + 1)).Select(_ => alphabet[_random.Next(alphabet.Length)]));

    /// <summary>An expression of a template: a second implementation of RFC 6570, section 3.2.1, to compare
    /// with.</summary>
    private sealed record Expression(char Operator, int Variables, bool Explode)
    {
        public static Expression Draw(Random random) =>
            new("\0+#./;?&"[random.Next(8)], random.Next(1, 4), random.Next(3) == 0);

        public string Text => $"{{{First}{string.Join(',', Names.Select(name => name + (Explode ? "*" : "")))}}}"
            .Replace("{\0", "{", StringComparison.Ordinal);

        public string Pattern
        {
            get
            {
                var characters = Operator is '+' or '#' ? @"a-zA-Z0-9\-._~:/?#\[\]@!$&'()*+,;="
                    : IsNamed || Explode ? @"a-zA-Z0-9\-._~,=" : @"a-zA-Z0-9\-._~,";
                var value = $"(?:[{characters}]|%[0-9a-fA-F]{{2}})*";
                var more = Explode ? "*" : $"{{0,{Variables - 1}}}";
                var start = Operator is '\0' or '+' ? "" : Regex.Escape(Operator.ToString());
                return $"(?:{start}{value}(?:{Regex.Escape(Separator)}{value}){more})?";
            }
        }

        private string First => Operator.ToString();

        private string Separator => Operator switch { '\0' or '+' or '#' => ",", '?' => "&", _ => First };

        private bool IsNamed => Operator is ';' or '?' or '&';

        private IEnumerable<string> Names => Enumerable.Range(0, Variables).Select(i => $"v{i}");

        public string Expand(Func<string> value)
        {
            var parts = Names.SelectMany(name => Explode ? new[] { name, name } : [name])
                .Select(name => IsNamed ? $"{name}={value()}" : value());
            return (Operator is '\0' or '+' ? "" : First) + string.Join(Separator, parts);
        }
    }
}
