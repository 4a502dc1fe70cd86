namespace SseFunctions.Hub.TopicLogs;

/// <summary>Reads topics as paths.</summary>
internal static class TopicPath
{
    /// <summary>Returns the topic up to its last slash; empty if it has none.</summary>
    public static string Parent(string topic) => topic[..Math.Max(0, topic.LastIndexOf('/'))];
}
