using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Hub.Publishing;

/// <summary>An update that has passed <see cref="UpdateRules"/>. Only <see cref="TryMake"/> creates it, so every update
/// is checked exactly once, whether it comes by HTTP or from the app's own code. Immutable.</summary>
internal sealed class ValidUpdate
{
    private ValidUpdate(Update update) => Update = update;

    /// <summary>The checked update. Its topics are a copy that the publisher cannot change after the check, and its id
    /// is percent-encoded (<see cref="EventIds.Escape"/>).</summary>
    public Update Update { get; }

    /// <summary>Checks an update by <see cref="UpdateRules"/>.</summary>
    /// <param name="update">The update as the publisher sent it.</param>
    /// <param name="limits">How large the update may be.</param>
    /// <param name="valid">The checked update; null if there is a problem.</param>
    /// <param name="problem">What the publisher must change; null if the update is valid.</param>
    public static bool TryMake(
        Update update,
        UpdateLimits limits,
        [NotNullWhen(true)] out ValidUpdate? valid,
        [NotNullWhen(false)] out UpdateProblem? problem)
    {
        problem = UpdateRules.ProblemWith(update, limits);
        valid = problem is not null ? null : new ValidUpdate(update with
        {
            Topics = [.. update.Topics],
            Id = update.Id is { Length: > 0 } id ? EventIds.Escape(id) : null,
        });
        return valid is not null;
    }
}
