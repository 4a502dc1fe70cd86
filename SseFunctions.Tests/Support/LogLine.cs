using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

internal sealed record LogLine(LogLevel Level, string Category, string Message, Exception? Exception);
