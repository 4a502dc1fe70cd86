using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Runs <c>append.lua</c>: packs its arguments and unpacks its result. Thread-safe.</summary>
/// <param name="connection">The connection to the server whose primary runs the script.</param>
/// <param name="keys">The keys of the log that the updates are appended to.</param>
/// <param name="limits">The limits of the log in Redis.</param>
/// <param name="instance">The name of this instance, which the bell's message contains.</param>
internal sealed class AppendScript(RedisConnection connection, LogKeys keys, LogLimits limits, string instance)
{
    // The number of arguments before those of the updates. Each update has two arguments.
    private const int FixedArguments = 8;

    // The number of elements of the result if the script appended nothing. The second one is the reason.
    private const int RefusedResults = 2;

    // The number of elements of the result before those of repeated updates. Each repeated update has two elements.
    private const int FixedResults = 3;

    private static readonly RedisScript Script = RedisScript.Load(typeof(AppendScript), "append.lua");

    private readonly string _bell = keys.Bell.ToString();

    /// <summary>Appends a batch of updates.</summary>
    /// <param name="batch">The updates, which get positions in this order.</param>
    /// <param name="seen">The highest position that this instance has seen. If the log in Redis ends before it, nothing
    /// is appended.</param>
    /// <param name="latest">The time, in milliseconds of Unix time, after which Redis must not append them.</param>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<AppendResult> RunAsync(List<PendingAppend> batch, LogPosition seen, long latest)
    {
        var result = await connection.RunAsync(Script, keys.All, Pack(batch, seen, latest), CancellationToken.None);
        return Unpack(batch, (RedisResult[]?)result ?? []);
    }

    private RedisValue[] Pack(List<PendingAppend> batch, LogPosition seen, long latest)
    {
        var arguments = new RedisValue[FixedArguments + (batch.Count * 2)];
        arguments[0] = _bell;
        arguments[1] = latest;
        arguments[2] = limits.MaxCount;
        arguments[3] = limits.MaxBytes;
        arguments[4] = (long)limits.MaxAge.TotalMilliseconds;
        arguments[5] = seen.Milliseconds;
        arguments[6] = seen.Sequence;
        arguments[7] = instance;
        for (var index = 0; index < batch.Count; index++)
        {
            arguments[FixedArguments + (index * 2)] = batch[index].OwnId;
            arguments[FixedArguments + (index * 2) + 1] = batch[index].Stored;
        }
        return arguments;
    }

    private static AppendResult Unpack(List<PendingAppend> batch, RedisResult[] result)
    {
        if (result.Length == RefusedResults)
            return new AppendResult((long)result[0], Enum.Parse<AppendRefusal>((string)result[1]!, true), [], []);
        if (result.Length < FixedResults)
            throw new HubUnavailableException("Redis answered the script append.lua with an unexpected result.");
        var previous = RedisEntryId.Parse((string?)result[1]);
        var next = RedisEntryId.Parse((string?)result[2]);
        var entries = new LogEntry[batch.Count];
        for (var element = FixedResults; element < result.Length; element += 2)
        {
            var index = (int)result[element];
            entries[index] = batch[index].ToEntry(RedisEntryId.Parse((string?)result[element + 1]));
        }
        var added = new LinkedEntry[batch.Count - ((result.Length - FixedResults) / 2)];
        var count = 0;
        for (var index = 0; index < batch.Count; index++)
        {
            if (entries[index] is not null) continue;
            entries[index] = batch[index].ToEntry(next);
            added[count++] = new LinkedEntry(previous, entries[index]);
            previous = next;
            next = next with { Sequence = next.Sequence + 1 };
        }
        return new AppendResult((long)result[0], null, entries, added);
    }
}
