namespace SseFunctions.Hub.Tokens;

/// <summary>The settings of one role, with the name of their section.</summary>
/// <param name="Section">The section, such as <c>Hub:Publisher</c>, for log messages.</param>
/// <param name="Keys">The settings in the section.</param>
internal sealed record RoleKeys(string Section, KeyOptions Keys);
