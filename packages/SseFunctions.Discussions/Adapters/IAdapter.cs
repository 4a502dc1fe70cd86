using System.Text.Json.Nodes;

namespace SseFunctions.Discussions.Adapters;

/// <summary>Writes a discussion in the format of another protocol, for one connection. An adapter has no state:
/// everything is in the transcripts.</summary>
internal interface IAdapter
{
    /// <summary>Gets the text of the event that says that the stream is complete; null if the protocol has none.
    /// </summary>
    string? Terminator { get; }

    /// <summary>Writes the first messages of a connection.</summary>
    /// <param name="transcript">The discussion as it is now.</param>
    IEnumerable<JsonObject> Open(Transcript transcript);

    /// <summary>Returns what a client knows of the discussion after the messages of <see cref="Open"/>. The rest
    /// follows as changes.</summary>
    /// <param name="transcript">The discussion as it is now.</param>
    Transcript KnownAfterOpen(Transcript transcript);

    /// <summary>Writes the messages for a change.</summary>
    /// <param name="change">One change. An event of a discussion can cause several.</param>
    /// <param name="transcript">The discussion after the change.</param>
    IEnumerable<JsonObject> Write(TranscriptChange change, Transcript transcript);
}
