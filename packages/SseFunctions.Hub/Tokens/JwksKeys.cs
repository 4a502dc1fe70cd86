using System.Net;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Tokens;

/// <summary>The keys at <c>JwksUri</c>. They are fetched when first needed and used for ten minutes. A token that names
/// an unknown key causes another fetch immediately, but at most one in 30 seconds. If a fetch fails, the previous keys
/// stay in use. Requests that need the keys at the same time share one fetch.</summary>
internal sealed partial class JwksKeys : IVerificationKeys, IDisposable
{
    private const int MaxSetBytes = 1024 * 1024;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(30);

    // Without any keys all tokens are refused, so the first fetch is repeated sooner.
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

    /// <summary>Creates the keys without fetching them.</summary>
    /// <param name="role">The settings of the role, with a <c>JwksUri</c>.</param>
    /// <param name="uri">The value of <c>JwksUri</c>.</param>
    /// <param name="time">The clock for the age of the keys.</param>
    /// <param name="logger">Receives the reason when keys could not be fetched.</param>
    /// <param name="handler">Sends the requests; null for the default handler.</param>
    public JwksKeys(RoleKeys role, Uri uri, TimeProvider time, ILogger logger, HttpMessageHandler? handler)
    {
        _uri = uri;
        _algorithm = role.Keys.Algorithm;
        _setting = $"{role.Section}:{nameof(KeyOptions.JwksUri)}";
        _time = time;
        _logger = logger;
        // Redirects are not followed: they could lead to an address that the setting may not have, such as http://.
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
            // After a failed fetch, requests that the held keys can serve do not wait: the address may hang each time.
            if (!_hasFailed || held is null || !held.Knows(keyId)) await attempt.WaitAsync(cancellationToken);
        }
        return _held?.Find(keyId, _setting)
            ?? KeysFound.None(
                $"the keys of {_setting} could not be fetched, so it cannot be verified", unavailable: true);
    }

    /// <summary>Cancels a fetch that is in progress.</summary>
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
            // On another thread: the fetch does not depend on one request, and no HTTP code runs within the lock.
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
            // The outermost frame of this task. The requests that wait for it continue with the held keys.
            LogFailed(_setting, exception);
        }
        finally
        {
            _hasFailed = before == _held;
        }
    }

    [LoggerMessage(120, LogLevel.Warning,
        "The keys of {Setting} could not be fetched: {Why}. The hub uses earlier keys, if any, and tries again")]
    private partial void LogBadAnswer(string setting, string why);

    [LoggerMessage(121, LogLevel.Warning,
        "The keys of {Setting} could not be fetched. The hub uses earlier keys, if any, and tries again")]
    private partial void LogFailed(string setting, Exception exception);
}
