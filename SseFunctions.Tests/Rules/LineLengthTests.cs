using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>The longest line of the code.</summary>
public sealed class LineLengthTests
{
    private const int Longest = 120;

    private static readonly string[] NotSources = ["bin", "obj", "node_modules"];

    [Fact]
    public void No_line_of_CSharp_is_longer_than_120_characters()
    {
        string[] files = [.. Sources(Repository.Root)];
        Assert.NotEmpty(files);
        string[] tooLong =
        [
            .. from file in files
               from line in File.ReadLines(file).Index()
               where line.Item.Length > Longest
               select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1}",
        ];
        // Not Assert.Empty, which truncates its message.
        Assert.True(tooLong.Length == 0, string.Join('\n', tooLong));
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateDirectories(folder)
        .Where(child => Path.GetFileName(child) is var name && name[0] != '.' && !NotSources.Contains(name))
        .SelectMany(Sources)
        .Concat(Directory.EnumerateFiles(folder, "*.cs"));
}
