namespace SseFunctions.Streaming.Configuration;

/// <summary>The settings of one configuration section, which can be validated.</summary>
internal interface ISettings
{
    /// <summary>Validates the settings. Returns one sentence for each problem, which says what to change; empty if the
    /// settings are valid.</summary>
    IEnumerable<string> Problems();
}
