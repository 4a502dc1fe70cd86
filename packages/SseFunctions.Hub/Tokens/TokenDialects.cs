namespace SseFunctions.Hub.Tokens;

/// <summary>The versions of the Mercure protocol, as the setting <c>Hub:Dialects</c> names them.</summary>
internal static class TokenDialects
{
    public const string V1 = "1.0";
    public const string V0 = "0.x";
}
