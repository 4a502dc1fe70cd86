using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure.Core;

namespace SseFunctions.Tests.Support;

/// <summary>Issues tokens in place of Microsoft Entra ID, under the control of the test, and counts the
/// requests.</summary>
internal sealed class TestCredential(Func<int, AccessToken> answer) : TokenCredential
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _asked = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Returns a task that must complete before a request, by its number from 1, is answered. Default:
    /// requests are answered immediately.</summary>
    public Func<int, Task> Gate { get; init; } = _ => Task.CompletedTask;

    /// <summary>The scopes of the first request.</summary>
    public string[] Scopes { get; private set; } = [];

    /// <summary>Creates a token of this identity in Microsoft's format. Each token is different.</summary>
    public static string Token(string objectId) =>
        Jwt.Mint(new
        {
            oid = objectId,
            aud = "https://redis.azure.com",
            uti = Convert.ToHexString(RandomNumberGenerator.GetBytes(8)),
        });

    /// <summary>Waits until there have been this many requests.</summary>
    public Task Asked(int times) => Question(times).Task.Within($"question number {times} for a token");

    public override async ValueTask<AccessToken> GetTokenAsync(
        TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var count = Interlocked.Increment(ref _count);
        if (count == 1) Scopes = requestContext.Scopes;
        Question(count).TrySetResult();
        await Gate(count).WaitAsync(cancellationToken);
        return answer(count);
    }

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private TaskCompletionSource Question(int times) =>
        _asked.GetOrAdd(times, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
