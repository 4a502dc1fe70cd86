using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.TopicLogs;

/// <summary>The position of an event in a topic log. As text, it is the event id <c>#created-number</c>.</summary>
/// <param name="Created">When the log was created, in milliseconds of Unix time. Two logs of one topic differ in it, so
/// an id of a log that is gone is unknown to the log that follows.</param>
/// <param name="Number">The number of the event, from 1 and without gaps; 0 is before the first event.</param>
internal readonly record struct TopicPosition(long Created, long Number)
{
    /// <summary>Parses an event id exactly as <see cref="ToString"/> writes it; null if it is another text.</summary>
    public static TopicPosition? Parse(string id) => LogPosition.TryParse(id, out var position)
        ? new TopicPosition(position.Milliseconds, position.Sequence)
        : null;

    /// <inheritdoc/>
    public override string ToString() => new LogPosition(Created, Number).ToString();
}
