using System.Globalization;
using System.Text.RegularExpressions;

namespace SseFunctions.Tests.Support;

/// <summary>The start of a stream: a comment, and a random retry, which is between 2 and 4 s with the default settings
/// and few streams.</summary>
internal static partial class Opening
{
    /// <summary>Finds the opening in the received text; null if it has not come completely.</summary>
    public static string? Find(string received)
    {
        var match = Pattern().Match(received);
        if (!match.Success) return null;
        Assert.InRange(int.Parse(match.Groups["retry"].Value, CultureInfo.InvariantCulture), 2000, 4000);
        return match.Value;
    }

    /// <summary>Reads on until the opening has come.</summary>
    public static async Task<string> UntilOpen(this RawClient client)
    {
        while (true)
        {
            if (Find(client.Received) is { } opening) return opening;
            await client.MoreThan(client.Count);
        }
    }

    /// <summary>Reads on until the id without data has come with which a stream of the hub opens.</summary>
    public static async Task<string> UntilCursor(this RawClient client)
    {
        var opening = await client.UntilOpen();
        await client.Until($"{opening}id: ");
        var rest = (await client.Until("\n\n")).Split(opening)[1];
        return CursorPattern().Match(rest).Groups["id"].Value;
    }

    [GeneratedRegex("^: open\nretry: (?<retry>[0-9]+)\n", RegexOptions.Multiline)]
    private static partial Regex Pattern();

    [GeneratedRegex("^id: (?<id>[!-~]+)\n\n")]
    private static partial Regex CursorPattern();
}
