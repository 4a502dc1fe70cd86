namespace SseFunctions.Hub.Protocol;

/// <summary>Why a request is refused, for its sender. It tells what to change, and no secret.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What to change, in a sentence.</param>
internal sealed record HubProblem(int Status, string Title)
{
    public const int BadRequest = 400;
    public const int Unauthorized = 401;
    public const int Forbidden = 403;
    public const int NotFound = 404;
    public const int TooLarge = 413;
    public const int Unavailable = 503;
}
