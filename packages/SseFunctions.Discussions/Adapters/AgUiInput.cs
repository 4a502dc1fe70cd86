using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Protocol;

namespace SseFunctions.Discussions.Adapters;

/// <summary>What is used of a RunAgentInput of AG-UI. The client also sends its messages, tools and state; they have no
/// effect on a discussion.</summary>
/// <param name="ThreadId">The client's name of the conversation, which is returned to it.</param>
/// <param name="RunId">The client's name of this connection, which is returned to it.</param>
internal sealed record AgUiInput(string ThreadId, string RunId)
{
    // A client sends back all messages that it has, so that the body is as long as the discussion.
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxIdLength = 256;

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="BadRequestException">The request is refused.</exception>
    public static Task<AgUiInput> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        JsonBody.ReadAsync(request, MaxBytes, Read, cancellationToken);

    private static AgUiInput Read(JsonElement root) => root.ValueKind == JsonValueKind.Object
        ? new AgUiInput(Id(root, "threadId"), Id(root, "runId"))
        : throw new BadRequestException("Send a JSON object with threadId and runId: a RunAgentInput of AG-UI.");

    private static string Id(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 and <= MaxIdLength } id
            ? id
            : throw new BadRequestException($"Send {name}: a text of 1 to {MaxIdLength} characters.");
}
