using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseFunctions.Benchmarks.Client;

/// <summary>A client that reconnects like an EventSource when its stream ends or cannot be opened: after the last retry
/// time that the server sent. If <paramref name="retry"/> is not null, it replaces the times of the server.</summary>
internal sealed class ReconnectingClient(IPEndPoint server, string path, TimeSpan? retry)
{
    private const string Field = "\nretry: ";

    // The default of browsers, until the server has sent a time.
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(3);

    private readonly byte[] _request = SseClient.Request(path);
    private readonly List<long> _connected = [];
    private TaskCompletionSource _opened = NewSource();

    /// <summary>The times at which its connections were accepted, as <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public IReadOnlyList<long> Connected => _connected;

    /// <summary>The time that it waits before it reconnects.</summary>
    public TimeSpan Retry { get; private set; } = retry ?? DefaultRetry;

    /// <summary>The number of refused connections.</summary>
    public int Refused { get; private set; }

    /// <summary>Completes when a stream has opened after the last <see cref="Forget"/>.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Resets the measurements. No stream may be opened at the same time.</summary>
    public void Forget()
    {
        _connected.Clear();
        Refused = 0;
        _opened = NewSource();
    }

    /// <summary>Connects and reconnects until it is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReadAsync(cancellationToken);
            }
            catch (SocketException)
            {
                // The server is down.
            }
            await Task.Delay(Retry, cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
        }
        catch (SocketException)
        {
            Refused++;
            throw;
        }
        _connected.Add(Stopwatch.GetTimestamp());
        await socket.SendAsync(_request, cancellationToken);
        var buffer = new byte[1024];
        var received = new StringBuilder();
        while (await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (_opened.Task.IsCompleted) continue;
            received.Append(Encoding.ASCII.GetString(buffer, 0, count));
            if (!TryReadRetry(received.ToString(), out var told)) continue;
            Retry = retry ?? told;
            _opened.TrySetResult();
        }
    }

    private static bool TryReadRetry(string text, out TimeSpan retry)
    {
        retry = default;
        var start = text.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
        var end = start < Field.Length ? -1 : text.IndexOf('\n', start);
        if (end < 0) return false;
        retry = TimeSpan.FromMilliseconds(int.Parse(text.AsSpan(start..end), CultureInfo.InvariantCulture));
        return true;
    }
}
