using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure.Core;

namespace SseFunctions.Tests.Support;

/// <summary>Gives out tokens in place of Microsoft Entra ID, as the test says, and counts the questions.</summary>
internal sealed class TestCredential(Func<int, AccessToken> answer) : TokenCredential
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _asked = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>When this answer, counted from 1, may come. At once if not set.</summary>
    public Func<int, Task> Gate { get; init; } = _ => Task.CompletedTask;

    /// <summary>What was asked for first.</summary>
    public string[] Scopes { get; private set; } = [];

    /// <summary>A token of this identity, like Microsoft's. No two are the same.</summary>
    public static string Token(string objectId) =>
        Jwt.Mint(new { oid = objectId, aud = "https://redis.azure.com", uti = Convert.ToHexString(RandomNumberGenerator.GetBytes(8)) });

    /// <summary>Waits until it has been asked this often.</summary>
    public Task Asked(int times) => Question(times).Task.Within($"question number {times} for a token");

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
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
