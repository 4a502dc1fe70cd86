using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

/// <summary>Keeps all log lines, and lets a test wait for one.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _entries = new();
    private readonly ConcurrentDictionary<TaskCompletionSource<LogLine>, Func<LogLine, bool>> _waiters = new();

    public IReadOnlyCollection<LogLine> Entries => _entries;

    /// <summary>The entries of level Warning and above, without Kestrel's warning that the machine is slow.</summary>
    public IEnumerable<LogLine> Warnings => _entries.Where(entry => entry.Level >= LogLevel.Warning
        && !entry.Message.Contains("the heartbeat has been running", StringComparison.Ordinal));

    public IEnumerable<LogLine> Errors => _entries.Where(entry => entry.Level >= LogLevel.Error);

    /// <summary>Gets the first entry with this text. Waits for it if it has not been logged yet.</summary>
    public async Task<LogLine> First(string text)
    {
        bool Fits(LogLine entry) => entry.Message.Contains(text, StringComparison.Ordinal);
        var found = new TaskCompletionSource<LogLine>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters[found] = Fits;
        if (_entries.FirstOrDefault(Fits) is { } entry) found.TrySetResult(entry);
        return await found.Task.Within(
            $"log entry with '{text}' (there are: {string.Join(" | ", _entries.Select(e => e.Message))})");
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private void Add(LogLine entry)
    {
        _entries.Enqueue(entry);
        foreach (var (waiter, fits) in _waiters)
        {
            if (fits(entry)) waiter.TrySetResult(entry);
        }
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter) =>
            logs.Add(new LogLine(logLevel, category, formatter(state, exception), exception));
    }
}
