namespace SseFunctions.Hub;

/// <summary>An event to append to a topic log.</summary>
/// <param name="Type">The event type, the name for <c>addEventListener</c>. No CR, LF or NUL.</param>
/// <param name="Data">The data of the event. It may have several lines.</param>
public sealed record TopicMessage(string Type, string Data);
