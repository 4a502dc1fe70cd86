using SseFunctions.Hub.Publishing;

namespace SseFunctions.Hub.Protocol;

/// <summary>Why a request is refused, as the client is told. It contains no secret.</summary>
/// <param name="Status">The HTTP status of the answer: one of the constants.</param>
/// <param name="Title">A sentence that says what the client must change.</param>
internal sealed record HubProblem(int Status, string Title)
{
    public const int BadRequest = 400;
    public const int Unauthorized = 401;
    public const int Forbidden = 403;
    public const int NotFound = 404;
    public const int MethodNotAllowed = 405;
    public const int TooLarge = 413;
    public const int UnsupportedType = 415;
    public const int Unavailable = 503;

    /// <summary>The challenge of the answer; null: none, except that of status 401, which always has one.</summary>
    public BearerChallenge? Challenge { get; init; }

    /// <summary>The answer to a publication that breaks a rule for updates.</summary>
    public static HubProblem Of(UpdateProblem problem) =>
        new(problem.IsTooLarge ? TooLarge : BadRequest, problem.Title);
}
