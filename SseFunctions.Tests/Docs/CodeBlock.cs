namespace SseFunctions.Tests.Docs;

/// <summary>A fenced block of code in a page.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line on which the block begins; the first line is 1.</param>
/// <param name="Language">Empty: the fence names none.</param>
/// <param name="Code">The text between the fences.</param>
/// <param name="Reason">Why the block cannot be checked; null: it is checked.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Code, string? Reason)
{
    public override string ToString() => $"{Page}:{Line}";
}
