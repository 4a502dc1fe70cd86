namespace SseFunctions.Hub.Publishing;

/// <summary>Why an update cannot be published.</summary>
/// <param name="Title">One sentence that says what the publisher must change. It contains no secret.</param>
/// <param name="IsTooLarge">Whether the update exceeds a limit; otherwise it breaks another rule.</param>
internal sealed record UpdateProblem(string Title, bool IsTooLarge);
