using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SseFunctions.Streaming;

namespace SseFunctions.Demo;

/// <summary>The sequence of the demo stream: a series of messages with the ids 1, 2, 3 and so on, then an event
/// <c>close</c>.</summary>
public sealed class DemoMessages(IOptions<DemoOptions> options, TimeProvider time)
{
    private static readonly string[] BuiltIn =
    [
        "Hello! I am a Server-Sent Event, pushed by a function on Azure Functions.",
        "I came over an ordinary HTTP response that simply stays open.",
        "Every message has an id. The browser remembers the last one: this is 3.",
        "Stop the server now, start it again, and see what happens.",
        "Your browser reconnects by itself and says: Last-Event-ID: 4.",
        "So the server resumes with 5. Nothing is lost, nothing comes twice.",
        "While there is nothing to say, a comment now and then keeps the line open.",
        "It is only text: try curl -N on this stream's address.",
        "Think of the words of an AI's answer, a progress bar, a dashboard.",
        "That is all. Next comes an event named close, so that nobody reconnects.",
    ];

    private static readonly ServerSentEvent Close = new("The series is complete.", type: "close");

    private readonly TimeSpan _delay = options.Value.Delay;
    private readonly ServerSentEvent[] _messages = Encode(options.Value.Messages is { Count: > 0 } own ? own : BuiltIn);

    /// <summary>Counts the messages that a client with this last event id has received; 0 if the id is not the id of a
    /// message.</summary>
    public int CountUpTo(string? lastEventId) =>
        int.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && id <= _messages.Length && lastEventId == IdOf(id - 1) ? id : 0;

    /// <summary>Whether <paramref name="count"/> messages are the whole series.</summary>
    public bool IsComplete(int count) => count == _messages.Length;

    /// <summary>Gives the messages after the first <paramref name="count"/>, with <see cref="DemoOptions.Delay"/>
    /// between them, then <c>close</c>. There is no delay before <c>close</c>, so that a connection rarely breaks
    /// between the last message and <c>close</c>.</summary>
    public async IAsyncEnumerable<ServerSentEvent> After(
        int count, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var next = count; next < _messages.Length; next++)
        {
            if (next > count) await Task.Delay(_delay, time, cancellationToken);
            yield return _messages[next];
        }
        yield return Close;
    }

    private static ServerSentEvent[] Encode(IReadOnlyList<string> messages) =>
        [.. messages.Select((message, index) => new ServerSentEvent(message, id: IdOf(index)))];

    private static string IdOf(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);
}
