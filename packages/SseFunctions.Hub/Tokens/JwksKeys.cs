using System.Net;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Tokens;

/// <summary>The keys found at <c>JwksUri</c>: fetched when first needed, kept for ten minutes, fetched again at once
/// for a key that is not among them, though not more often than each 30 seconds. While they cannot be fetched, those
/// held stay in use. However many requests wait for them, they are fetched once.</summary>
internal sealed partial class JwksKeys : IVerificationKeys, IDisposable
{
    private const int MaxSetBytes = 1024 * 1024;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(30);

    // Without any key nobody gets in: then it is worth more attempts.
    private static readonly TimeSpan BetweenFirstAttempts = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly HttpClient _http;
    private readonly Uri _uri;
    private readonly string _algorithm;
    private readonly string _setting;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private Task? _attempt;
    private long _attempted;
    private volatile KeySet? _held;
    private volatile bool _hasFailed;

    /// <param name="role">The role; its <c>JwksUri</c> is set.</param>
    /// <param name="uri">That address.</param>
    /// <param name="time">What tells the age of the keys.</param>
    /// <param name="logger">Told why keys could not be fetched.</param>
    /// <param name="handler">What sends the requests; null for the usual.</param>
    public JwksKeys(RoleKeys role, Uri uri, TimeProvider time, ILogger logger, HttpMessageHandler? handler)
    {
        _uri = uri;
        _algorithm = role.Keys.Algorithm;
        _setting = $"{role.Section}:{nameof(KeyOptions.JwksUri)}";
        _time = time;
        _logger = logger;
        // Redirects are not followed: they could lead to an address that the setting would not have been allowed.
        _http = new HttpClient(
            handler ?? new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = FreshFor,
            },
            disposeHandler: handler is null)
        {
            MaxResponseContentBufferSize = MaxSetBytes,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async ValueTask<KeysFound> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        var held = _held;
        if (!CanJudge(held, keyId) && AttemptIfDue() is { } attempt)
        {
            // Once it has failed, those held are in use anyway: nobody waits again and again for an address that hangs.
            if (!_hasFailed || held is null || !held.Knows(keyId)) await attempt.WaitAsync(cancellationToken);
        }
        return _held?.Find(keyId, _setting)
            ?? KeysFound.None(
                $"the keys of {_setting} could not be fetched, so it cannot be verified", unavailable: true);
    }

    /// <summary>Ends a fetch that is under way.</summary>
    public void Dispose() => _http.Dispose();

    private bool CanJudge(KeySet? held, string? keyId) =>
        held is not null && held.Knows(keyId) && _time.GetElapsedTime(held.Fetched) < FreshFor;

    private Task? AttemptIfDue()
    {
        lock (_lock)
        {
            if (_attempt is { IsCompleted: false }) return _attempt;
            var wait = _held is null ? BetweenFirstAttempts : BetweenAttempts;
            if (_attempt is not null && _time.GetElapsedTime(_attempted) < wait) return null;
            _attempted = _time.GetTimestamp();
            // On a thread of its own: nobody's request may cancel it, and no handler's code runs within the lock.
            return _attempt = Task.Run(FetchAsync);
        }
    }

    private async Task FetchAsync()
    {
        var before = _held;
        using var limit = new CancellationTokenSource(AttemptLimit, _time);
        try
        {
            using var response = await _http.GetAsync(_uri, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                LogBadAnswer(_setting, $"it answered {(int)response.StatusCode}" + (response.Headers.Location is null
                    ? "" : ", a redirect, which is not followed: set the address where the keys are"));
                return;
            }
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token);
            if (KeySet.Read(bytes, _algorithm, _time.GetTimestamp()) is { } keys) _held = keys;
            else LogBadAnswer(_setting, "its answer is not a JSON Web Key Set");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            LogBadAnswer(_setting, $"there was no answer within {AttemptLimit.TotalSeconds} s");
        }
        catch (Exception exception)
        {
            // The outermost frame of this task; those who wait for it go on with the keys that there are.
            LogFailed(_setting, exception);
        }
        finally
        {
            _hasFailed = before == _held;
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The keys of {Setting} could not be fetched: {Why}")]
    private partial void LogBadAnswer(string setting, string why);

    [LoggerMessage(3, LogLevel.Warning, "The keys of {Setting} could not be fetched")]
    private partial void LogFailed(string setting, Exception exception);
}
