using System.Text.Json.Serialization;

namespace SseFunctions.EventLogs.Redis;

/// <summary>Reads and writes <see cref="StoredUpdate"/> without reflection.</summary>
[JsonSerializable(typeof(StoredUpdate))]
internal sealed partial class StoredUpdateJson : JsonSerializerContext;
