namespace SseFunctions.Website;

/// <summary>A file of the page.</summary>
/// <param name="Contents">All of it: the page is small.</param>
/// <param name="ContentType">With the charset, for text.</param>
/// <param name="EntityTag">A strong entity tag in quotes, which changes with the contents.</param>
public sealed record WebsiteFile(ReadOnlyMemory<byte> Contents, string ContentType, string EntityTag);
