namespace SseFunctions.Hub.EventLogs;

/// <summary>How much a log holds.</summary>
/// <param name="Count">The number of entries.</param>
/// <param name="Bytes">Their approximate memory, in bytes.</param>
internal readonly record struct LogSize(int Count, long Bytes);
