namespace SseFunctions.Hub.Publishing;

/// <summary>How large an update may be.</summary>
/// <param name="MaxTopics">The number of topics.</param>
/// <param name="MaxDataBytes">The length of the data in UTF-8.</param>
internal sealed record UpdateLimits(int MaxTopics, int MaxDataBytes);
