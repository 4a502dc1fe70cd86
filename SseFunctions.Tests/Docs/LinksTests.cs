using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Docs;

/// <summary>The links of the docs to files and headings of the repository.</summary>
public sealed partial class LinksTests
{
    public static TheoryData<string> Pages => [.. MarkdownPage.All.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Point_to_a_file_and_a_heading_that_exist(string name)
    {
        var page = MarkdownPage.All.Single(page => page.Name == name);
        var links = Link().Matches(page.Prose).Select(match => match.Groups[1].Value);
        string[] broken = [.. links.Where(link => !Exists(page, link))];
        Assert.Empty(broken);
    }

    [Fact]
    public void The_table_of_the_README_has_every_page_of_docs()
    {
        var readme = MarkdownPage.All.Single(page => page.Name == "README.md").Text;
        string[] missing =
        [
            .. MarkdownPage.All.Select(page => page.Name)
                .Where(name => name.StartsWith("docs/", StringComparison.Ordinal))
                .Where(name => !readme.Contains($"]({name})", StringComparison.Ordinal)),
        ];
        Assert.Empty(missing);
    }

    private static bool Exists(MarkdownPage page, string link)
    {
        if (link.Contains("://", StringComparison.Ordinal)) return true;
        var parts = link.Split('#', 2);
        var file = parts[0].Length == 0
            ? Path.Combine(Repository.Root, page.Name)
            : Path.GetFullPath(Path.Combine(page.Folder, parts[0]));
        if (!Path.Exists(file)) return false;
        if (parts.Length == 1) return true;
        var name = Path.GetRelativePath(Repository.Root, file).Replace(Path.DirectorySeparatorChar, '/');
        return MarkdownPage.All.SingleOrDefault(target => target.Name == name) is { } target
            && target.Anchors.Contains(parts[1]);
    }

    [GeneratedRegex(@"(?:\]\(|src(?:set)?="")([^)""\s]+)")]
    private static partial Regex Link();
}
