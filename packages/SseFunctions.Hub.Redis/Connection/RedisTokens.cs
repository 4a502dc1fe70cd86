using Azure.Core;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Gets tokens, the next one well before the last one lapses, and gives each to <paramref name="say"/>. Begins
/// when somebody needs one, and goes on for good: where there is none, it tries again ever more rarely. Thread-safe.
/// </summary>
internal sealed partial class RedisTokens(
    TokenCredential credential, Func<RedisToken, Task> say, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const string Scope = "https://redis.azure.com/.default";

    // Of a token's life, and not all instances of an app at once.
    private const double EarliestRenewal = 0.65;
    private const double LatestRenewal = 0.75;

    // Of what is left, if the same one comes again: whoever gives them out keeps them for a while.
    private const double NextTry = 0.25;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWaitAfterFailure = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LogAgain = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;
    private RedisToken? _current;
    private Exception? _failure;

    /// <summary>The newest; null as long as there is none. It may have lapsed if no other can be had.</summary>
    public RedisToken? Current => Volatile.Read(ref _current);

    /// <summary>Waits until there is one.</summary>
    /// <exception cref="LogUnavailableException">There is none, or not in this time.</exception>
    public async Task ReadyAsync(TimeSpan timeout)
    {
        lock (_gate) _running ??= Task.Run(RunAsync);
        try
        {
            await _tried.Task.WaitAsync(timeout, time, _stop.Token);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            throw new LogUnavailableException("There is no token yet to open Redis with.", exception);
        }
        if (Current is not null) return;
        var failure = Volatile.Read(ref _failure);
        throw new LogUnavailableException($"There is no token to open Redis with: {failure?.Message}", failure);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate) running = _running ??= Task.CompletedTask;
        await _stop.CancelAsync();
        await running;
    }

    private async Task RunAsync()
    {
        var (failures, logged) = (0, 0L);
        try
        {
            while (true)
            {
                TimeSpan wait;
                try
                {
                    wait = await RenewAsync();
                    if (failures > 0) LogRenewed();
                    failures = 0;
                }
                catch (Exception exception)
                    when (exception is not OperationCanceledException || !_stop.IsCancellationRequested)
                {
                    // Nobody else gets any, so it has to go on, whatever it was.
                    Volatile.Write(ref _failure, exception);
                    if (failures == 0 || time.GetElapsedTime(logged) > LogAgain)
                    {
                        LogNotRenewed(exception, exception.Message);
                        logged = time.GetTimestamp();
                    }
                    wait = WaitAfter(failures++);
                }
                _tried.TrySetResult();
                await Task.Delay(wait, time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // They are not needed any more.
        }
    }

    // How long the token will do.
    private async Task<TimeSpan> RenewAsync()
    {
        var (last, token) = (Current, await GetAsync());
        var share = NextTry;
        if (last is null || token.ExpiresOn > last.ExpiresOn)
        {
            Volatile.Write(ref _current, token);
            if (token.ObjectId != last?.ObjectId) LogIdentity(token.ObjectId);
            share = EarliestRenewal + ((LatestRenewal - EarliestRenewal) * Random.Shared.NextDouble());
        }
        else
        {
            token = last;
        }
        // An old one too: someone may not have heard it.
        await say(token);
        var wait = share * (token.ExpiresOn - time.GetUtcNow());
        return wait > ShortestWait ? wait : ShortestWait;
    }

    private async Task<RedisToken> GetAsync()
    {
        using var limit = new CancellationTokenSource(LongestAnswer, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, limit.Token);
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([Scope]), end.Token);
            return RedisToken.Read(token.Token, token.ExpiresOn);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"Nobody has answered within {LongestAnswer.TotalSeconds} s.", exception);
        }
    }

    private static TimeSpan WaitAfter(int failures)
    {
        var wait = ShortestWait * Math.Pow(2, Math.Min(failures, 10));
        if (wait > LongestWaitAfterFailure) wait = LongestWaitAfterFailure;
        return wait * (LatestRenewal + ((1 - LatestRenewal) * Random.Shared.NextDouble()));
    }

    [LoggerMessage(31, LogLevel.Information, "Redis is opened with the identity whose object id is {ObjectId}")]
    private partial void LogIdentity(string objectId);

    [LoggerMessage(32, LogLevel.Information, "There is a token again to open Redis with")]
    private partial void LogRenewed();

    [LoggerMessage(33, LogLevel.Warning, "There is no new token to open Redis with. It is tried again. {Cause}")]
    private partial void LogNotRenewed(Exception exception, string cause);
}
