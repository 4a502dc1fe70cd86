namespace SseFunctions.Hub.EventLogs;

/// <summary>How much a log holds.</summary>
/// <param name="Count">In entries.</param>
/// <param name="Bytes">Of memory, about.</param>
internal readonly record struct LogSize(int Count, long Bytes);
