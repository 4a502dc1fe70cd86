using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

internal sealed record LogEntry(LogLevel Level, string Category, string Message, Exception? Exception);
