namespace SseFunctions.Hub.Tokens;

/// <summary>The keys of one role, and where they are set.</summary>
/// <param name="Section">The section of the configuration, which reasons and warnings name:
/// <c>Hub:Publisher</c>.</param>
/// <param name="Keys">What it holds.</param>
internal sealed record RoleKeys(string Section, KeyOptions Keys);
