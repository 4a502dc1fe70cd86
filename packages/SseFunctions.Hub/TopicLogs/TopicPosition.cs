using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.TopicLogs;

/// <summary>The position of an event in a topic log.</summary>
/// <param name="Created">When the log was created, in milliseconds of Unix time. Two logs of one topic differ in it.
/// </param>
/// <param name="Number">The number of the event, from 1 and without gaps; 0 is before the first event.</param>
internal readonly record struct TopicPosition(long Created, long Number)
{
    /// <summary>Gets the position in an event id, whoever its writer is; null if the text is no event id.</summary>
    public static TopicPosition? Parse(string id)
    {
        var end = id.LastIndexOf('-');
        return end >= 0 && LogPosition.TryParse(id[..end], out var position)
            ? new TopicPosition(position.Milliseconds, position.Sequence)
            : null;
    }

    /// <summary>Gets the id <c>#created-number-writer</c> of the event at this position.</summary>
    /// <param name="writer">See <see cref="TopicEvent(TopicPosition, string, string, string)"/>.</param>
    public string IdOf(string writer) => $"{new LogPosition(Created, Number)}-{writer}";
}
