using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Tells a client that it cannot be served now and has to reconnect later. An EventSource stops reconnecting
/// at any status except 200 (WHATWG HTML 9.2.3). So the client gets a 200 response that sets the time until it
/// reconnects and ends immediately.</summary>
public sealed class RetryLaterResult : IResult
{
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\r\n");

    private readonly string _reason;
    private readonly TimeSpan _shortestWait;

    /// <summary>Creates the result.</summary>
    /// <param name="reason">The reason, which is sent in a comment. Clients do not show it.</param>
    /// <param name="shortestWait">The shortest time until the client reconnects. Each client gets a random time between
    /// this and twice this, so that clients which are refused together do not reconnect together.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> contains a line break.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shortestWait"/> is negative.</exception>
    public RetryLaterResult(string reason, TimeSpan shortestWait)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (reason.AsSpan().ContainsAny(LineBreaks))
            throw new ArgumentException("The reason contains a line break: write it on one line.", nameof(reason));
        ArgumentOutOfRangeException.ThrowIfLessThan(shortestWait, TimeSpan.Zero);
        (_reason, _shortestWait) = (reason, shortestWait);
    }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        EventStreamResult.SetHeaders(response);
        if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;
        var retry = RetrySpread.Draw(_shortestWait, _shortestWait);
        var opening = EventEncoder.EncodeOpening($"{_reason}, reconnect later", retry, id: null);
        // No token: that the client is gone is no failure of the function.
        return response.Body.WriteAsync(opening, CancellationToken.None).AsTask();
    }
}
