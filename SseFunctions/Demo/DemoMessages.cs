using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SseFunctions.Streaming;

namespace SseFunctions.Demo;

/// <summary>A series of messages with ids 1, 2, 3 and so on, then an event <c>close</c> that ends it.</summary>
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

    /// <summary>How many messages a client has that received this id last: 0 if the id is none of ours.</summary>
    public int CountUpTo(string? lastEventId) =>
        int.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && id <= _messages.Length && lastEventId == IdOf(id - 1) ? id : 0;

    /// <summary>Whether nothing is left to send to a client that has the first <paramref name="count"/>
    /// messages.</summary>
    public bool IsComplete(int count) => count == _messages.Length;

    /// <summary>The messages after the first <paramref name="count"/>, with the delay between them, then
    /// <c>close</c>, at once after the last so that hardly a client has one without the other.</summary>
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
