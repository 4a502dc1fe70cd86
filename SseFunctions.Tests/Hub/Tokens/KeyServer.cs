using System.Net;
using System.Text;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Replaces the network: answers with a key set, and counts the requests.</summary>
internal sealed class KeyServer : HttpMessageHandler
{
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    public string Body { get; set; } = """{"keys":[]}""";

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    /// <summary>If set, answers wait until this completes.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>If set, requests throw this exception.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Completes at the first request.</summary>
    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        Reached.TrySetResult();
        if (Gate is { } gate) await gate.Task.WaitAsync(cancellationToken);
        if (Failure is not null) throw Failure;
        return new HttpResponseMessage(Status) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
    }
}
