using System.Text.Json;

namespace SseFunctions.Discussions.Protocol;

/// <summary>The body of a request to start a discussion, before it is compared with the settings.</summary>
/// <param name="Json">The body: an object whose texts are Unicode.</param>
/// <param name="Hash">What equal bodies share, whatever the settings are: see <see cref="CanonicalJson"/>.</param>
/// <param name="IsPrivate">Whether the discussion is to be private.</param>
internal sealed record StartBody(JsonElement Json, string Hash, bool IsPrivate);
