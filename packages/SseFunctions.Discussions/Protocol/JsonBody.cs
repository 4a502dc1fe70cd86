using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Reads the JSON bodies of requests.</summary>
internal static class JsonBody
{
    private const int ChunkBytes = 4096;

    /// <summary>Reads the body of a request as JSON.</summary>
    /// <param name="request">The request, whose body has not been read yet.</param>
    /// <param name="maxBytes">The largest body, in bytes.</param>
    /// <param name="read">Reads the JSON, and may throw <see cref="BadRequestException"/>.</param>
    /// <param name="cancellationToken">Cancels the wait for the rest of the body.</param>
    /// <exception cref="BadRequestException">The body is not JSON, is too long, or has not arrived
    /// completely.</exception>
    public static async Task<T> ReadAsync<T>(
        HttpRequest request, int maxBytes, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new BadRequestException(
                StatusCodes.Status415UnsupportedMediaType, "Send the body as application/json.");
        }
        try
        {
            using var document = JsonDocument.Parse(await BytesAsync(request, maxBytes, cancellationToken));
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new BadRequestException($"The body is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            // A string in the JSON has half of a surrogate pair as an escape.
            throw new BadRequestException("A text in the body is not Unicode: it has half of a surrogate pair.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(
        HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        using var body = new MemoryStream();
        var chunk = new byte[ChunkBytes];
        try
        {
            while (await request.Body.ReadAsync(chunk, cancellationToken) is > 0 and var count)
            {
                if (body.Length + count > maxBytes) throw TooLarge(maxBytes);
                body.Write(chunk, 0, count);
            }
        }
        catch (BadHttpRequestException exception)
        {
            // The server's own limit is lower, the body has ended early, or it comes too slowly.
            throw new BadRequestException(
                exception.StatusCode,
                exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? "The body is longer than the server takes: send less."
                    : "The body cannot be read: send the whole body.");
        }
        catch (Exception exception) when (exception is IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The client has left, so nobody reads this answer.
            throw new BadRequestException(
                StatusCodes.Status499ClientClosedRequest, "The body ended early: send the whole body.");
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static BadRequestException TooLarge(int maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, $"The body is longer than {maxBytes} bytes: send less.");
}
