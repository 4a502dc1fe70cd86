using System.Globalization;

namespace SseFunctions.Discussions.Running;

/// <summary>The message that makes a turn of an unattended discussion be spoken.</summary>
/// <param name="Discussion">The id of the discussion.</param>
/// <param name="Turn">The number of the turn.</param>
internal readonly record struct TurnMessage(string Discussion, int Turn)
{
    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">The text is not a message.</exception>
    public static TurnMessage Parse(string text) =>
        text.Split(' ') is [{ Length: > 0 } discussion, var number]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var turn)
            ? new TurnMessage(discussion, turn)
            : throw new FormatException("The message is not one that asks for a turn of a discussion.");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Discussion} {Turn}");
}
