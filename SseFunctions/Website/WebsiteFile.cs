namespace SseFunctions.Website;

/// <summary>A file of the page.</summary>
/// <param name="Contents">The whole file, in memory: the page is small.</param>
/// <param name="ContentType">The content type, for text with the charset.</param>
/// <param name="EntityTag">A strong entity tag in quotes, computed from the contents.</param>
public sealed record WebsiteFile(ReadOnlyMemory<byte> Contents, string ContentType, string EntityTag);
