using Microsoft.AspNetCore.Http;

namespace SseFunctions.Discussions.Protocol;

/// <summary>A request is refused.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What the client must change: the title of the answer.</param>
internal sealed class BadRequestException(int status, string message) : Exception(message)
{
    /// <summary>Refuses a request with status 400.</summary>
    public BadRequestException(string message)
        : this(StatusCodes.Status400BadRequest, message)
    {
    }

    /// <summary>The HTTP status.</summary>
    public int Status => status;
}
