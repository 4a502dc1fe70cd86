namespace SseFunctions.Streaming.Configuration;

/// <summary>A section of the configuration that can say what is wrong with it.</summary>
internal interface ISettings
{
    /// <summary>A sentence for each problem, saying what to change; none if the settings can be used.</summary>
    IEnumerable<string> Problems();
}
