namespace SseFunctions.Hub.Publishing;

/// <summary>How large an update may be.</summary>
/// <param name="MaxTopics">The largest number of topics.</param>
/// <param name="MaxDataBytes">The largest length of the data in UTF-8, in bytes.</param>
internal sealed record UpdateLimits(int MaxTopics, int MaxDataBytes);
