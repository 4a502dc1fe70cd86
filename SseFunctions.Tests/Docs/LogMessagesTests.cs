using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
using SseFunctions.Streaming;

namespace SseFunctions.Tests.Docs;

/// <summary>docs/log-messages.md, compared with the log messages in the code.</summary>
public sealed partial class LogMessagesTests
{
    // LocalHost's assembly has the sources of the function app too.
    private static readonly Assembly[] Assemblies =
    [
        typeof(EventStreams).Assembly,
        typeof(HubServices).Assembly,
        typeof(RedisServices).Assembly,
        typeof(DiscussionServices).Assembly,
        typeof(Services).Assembly,
    ];

    private const BindingFlags AllMethods =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly LoggerMessageAttribute[] Messages =
    [
        .. from type in Assemblies.SelectMany(assembly => assembly.GetTypes())
           from method in type.GetMethods(AllMethods)
           where method.DeclaringType == type
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           orderby message.EventId
           select message,
    ];

    private static readonly string Page = MarkdownPage.All.Single(page => page.Name == "docs/log-messages.md").Text;

    [Fact]
    public void Each_message_has_an_id_of_its_own() => Assert.Empty(
        Messages.GroupBy(message => message.EventId).Where(group => group.Key <= 0 || group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(" / ", group.Select(message => message.Message))}"));

    [Fact]
    public void The_table_has_each_message_with_its_id_and_level() => Assert.Equal(
        Messages.Select(message => $"| {message.EventId} | {message.Level} | `{message.Message}` |"),
        Row().Matches(Page).Select(row => row.Value));

    [Fact]
    public void The_table_says_what_to_do_about_each_message() => Assert.All(
        Page.Split('\n').Where(line => Row().IsMatch(line)),
        line => Assert.EndsWith(".", line.Split(" | ")[^1].TrimEnd(' ', '|'), StringComparison.Ordinal));

    [GeneratedRegex(@"^\| \d+ \| \w+ \| `[^`]+` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
