using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Docs;

/// <summary>A page of Markdown in the repository.</summary>
internal sealed partial class MarkdownPage
{
    private MarkdownPage(string file)
    {
        Name = Path.GetRelativePath(Repository.Root, file).Replace(Path.DirectorySeparatorChar, '/');
        Folder = Path.GetDirectoryName(file)!;
        Text = File.ReadAllText(file).ReplaceLineEndings("\n");
        Blocks = [.. Block().Matches(Text).Select(block => new CodeBlock(
            Name,
            Text.AsSpan(0, block.Index).Count('\n') + 1,
            block.Groups["language"].Value,
            block.Groups["code"].Value,
            block.Groups["reason"] is { Success: true } reason ? reason.Value : null))];
    }

    /// <summary>All pages: those of the repository's root, of docs, and the packages' READMEs.</summary>
    public static IReadOnlyList<MarkdownPage> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md"))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "packages"))
                .Select(package => Path.Combine(package, "README.md")).Where(File.Exists))
            .Order(StringComparer.Ordinal)
            .Select(file => new MarkdownPage(file)),
    ];

    /// <summary>The path in the repository, with slashes.</summary>
    public string Name { get; }

    public string Folder { get; }

    public string Text { get; }

    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The text without its code blocks.</summary>
    public string Prose => Block().Replace(Text, "");

    /// <summary>The names that a link can point to, made from the headings as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors => Heading().Matches(Prose)
        .Select(heading => NotInAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))
        .ToHashSet();

    // A block is checked unless the line before it says why it cannot be.
    [GeneratedRegex(
        """^(?:<!-- Not checked: (?<reason>.+) -->\n)?```(?<language>\w*)\n(?<code>.*?)^```$""",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchor();
}
