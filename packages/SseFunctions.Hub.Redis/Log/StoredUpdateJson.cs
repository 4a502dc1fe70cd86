using System.Text.Json.Serialization;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Reads and writes <see cref="StoredUpdate"/> without reflection.</summary>
[JsonSerializable(typeof(StoredUpdate))]
internal sealed partial class StoredUpdateJson : JsonSerializerContext;
