using Azure.Core;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Requests tokens, each well before the previous one expires, and passes each to <paramref name="onToken"/>.
/// The first call of <see cref="ReadyAsync"/> starts the requests, which continue until disposal. The wait after a
/// failure doubles with each further failure, up to one minute. Thread-safe.</summary>
internal sealed partial class RedisTokens(
    TokenCredential credential, Func<RedisToken, Task> onToken, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const string Scope = "https://redis.azure.com/.default";

    // The part of a token's remaining life after which the next token is requested. Random between these two, so that
    // not all instances of an app ask at the same time.
    private const double EarliestRenewal = 0.65;
    private const double LatestRenewal = 0.75;

    // The same, if the identity service returned the same token again: it caches tokens for some time.
    private const double RetryForNewToken = 0.25;

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

    /// <summary>The newest token; null before the first. The token may have expired if requests for a new one fail.
    /// </summary>
    public RedisToken? Current => Volatile.Read(ref _current);

    /// <summary>Starts the requests if none was made yet, and waits until the first request has ended.</summary>
    /// <exception cref="HubUnavailableException">There is no token: requests fail, or the timeout has passed.
    /// </exception>
    public async Task ReadyAsync(TimeSpan timeout)
    {
        lock (_gate) _running ??= Task.Run(RunAsync);
        try
        {
            await _tried.Task.WaitAsync(timeout, time, _stop.Token);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            throw new HubUnavailableException("There is no token yet to sign in to Redis.", exception);
        }
        if (Current is not null) return;
        var failure = Volatile.Read(ref _failure);
        throw new HubUnavailableException($"There is no token to sign in to Redis: {failure?.Message}", failure);
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
                    // Catch everything: nothing else requests tokens, so this loop must not end.
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
            // Disposed.
        }
    }

    // Requests a token. Returns how long to wait before the next request.
    private async Task<TimeSpan> RenewAsync()
    {
        var (last, token) = (Current, await GetAsync());
        var share = RetryForNewToken;
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
        // Pass on a token that is not new, too: sending it may have failed on a connection the last time.
        await onToken(token);
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
            throw new TimeoutException(
                $"The identity service did not answer within {LongestAnswer.TotalSeconds} s.", exception);
        }
    }

    private static TimeSpan WaitAfter(int failures)
    {
        var wait = ShortestWait * Math.Pow(2, Math.Min(failures, 10));
        if (wait > LongestWaitAfterFailure) wait = LongestWaitAfterFailure;
        return wait * (LatestRenewal + ((1 - LatestRenewal) * Random.Shared.NextDouble()));
    }

    [LoggerMessage(202, LogLevel.Information, "Signing in to Redis as the identity with the object id {ObjectId}")]
    private partial void LogIdentity(string objectId);

    [LoggerMessage(203, LogLevel.Information, "Received a token to sign in to Redis again")]
    private partial void LogRenewed();

    [LoggerMessage(204, LogLevel.Warning,
        "Could not get a new token to sign in to Redis. Trying again, at least every minute. Check the identity of "
        + "Redis:Credential and Redis:ClientId. Cause: {Cause}")]
    private partial void LogNotRenewed(Exception exception, string cause);
}
