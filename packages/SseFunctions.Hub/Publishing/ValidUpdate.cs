using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Hub.Publishing;

/// <summary>An update that has passed <see cref="UpdateRules"/>. Only <see cref="TryMake"/> makes one, so an update is
/// checked exactly once, no matter whether it comes by HTTP or from the app's own code. Immutable.</summary>
internal sealed class ValidUpdate
{
    private ValidUpdate(Update update) => Update = update;

    /// <summary>The update, with its own copy of the topics, which the publisher cannot change any more, and with its
    /// id in visible ASCII.</summary>
    public Update Update { get; }

    /// <summary>Checks an update.</summary>
    /// <param name="update">The update as the publisher made it.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="valid">The checked update; null if there is a problem.</param>
    /// <param name="problem">What the publisher must change; null if there is nothing to change.</param>
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
