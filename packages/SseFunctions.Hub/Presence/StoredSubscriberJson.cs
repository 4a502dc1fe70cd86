using System.Text.Json.Serialization;

namespace SseFunctions.Hub.Presence;

/// <summary>Reads and writes <see cref="StoredSubscriber"/> without reflection.</summary>
[JsonSerializable(typeof(StoredSubscriber))]
internal sealed partial class StoredSubscriberJson : JsonSerializerContext;
