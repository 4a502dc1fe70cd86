using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseFunctions.Benchmarks.Client;

/// <summary>Does what an EventSource does when its stream ends or cannot be opened: it waits for as long as the server
/// said last, and tries again.</summary>
/// <param name="server">Where to.</param>
/// <param name="path">What it asks for.</param>
/// <param name="retry">How long it waits, whatever the server says; null: as long as the server says.</param>
internal sealed class ReconnectingClient(IPEndPoint server, string path, TimeSpan? retry)
{
    private const string Field = "\nretry: ";

    // A browser's own time, until the server has said one.
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(3);

    private readonly byte[] _request = SseClient.Request(path);
    private readonly List<long> _connected = [];
    private TaskCompletionSource _opened = NewSource();

    /// <summary>When its connections were accepted, by <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public IReadOnlyList<long> Connected => _connected;

    /// <summary>How long it waits.</summary>
    public TimeSpan Retry { get; private set; } = retry ?? DefaultRetry;

    /// <summary>How many times it was refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Completes when its stream has opened since <see cref="Forget"/>.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Forgets what has been. No stream may be opened meanwhile.</summary>
    public void Forget()
    {
        _connected.Clear();
        Refused = 0;
        _opened = NewSource();
    }

    /// <summary>Goes on until it is cancelled.</summary>
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
                // The server is gone.
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
