using System.Text.Json.Serialization;

namespace SseFunctions.Discussions.Transcripts;

/// <summary>The metadata for <see cref="DiscussionJson"/>, made at compile time.</summary>
[JsonSerializable(typeof(DiscussionRecord))]
[JsonSerializable(typeof(Transcript))]
[JsonSerializable(typeof(EventData))]
internal sealed partial class DiscussionJsonContext : JsonSerializerContext;
