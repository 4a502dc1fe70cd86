using System.Globalization;

namespace SseFunctions.Discussions.Running;

/// <summary>The message that asks for one turn of an unattended discussion. Its text is the discussion's id, a space
/// and the turn's number (from 1).</summary>
internal readonly record struct TurnMessage(string Discussion, int Turn)
{
    /// <summary>The message for the first turn that is not completed.</summary>
    public static TurnMessage Next(Transcript transcript) =>
        new(transcript.Id, transcript.Turns.Count(turn => turn.Finish is not null) + 1);

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
