namespace SseFunctions.Discussions.Adapters;

/// <summary>One of the changes that turn a transcript into a later one.</summary>
/// <param name="Kind">What has changed.</param>
/// <param name="Turn">The turn after the change, for <see cref="ChangeKind.TurnDropped"/> before it; null for
/// <see cref="ChangeKind.DiscussionEnded"/>.</param>
/// <param name="Words">The words that were added; empty for other changes.</param>
internal readonly record struct TranscriptChange(ChangeKind Kind, Turn? Turn = null, string Words = "")
{
    /// <summary>Returns the changes, in order, that turn one transcript into a later one of the same discussion. With
    /// them, an adapter need not know the events of discussions. A client that has nothing yet gets the changes since
    /// an empty transcript.</summary>
    /// <param name="before">The transcript that the client has.</param>
    /// <param name="after">The later transcript.</param>
    public static IEnumerable<TranscriptChange> Between(Transcript before, Transcript after)
    {
        // Turns that have ended never change, so only the open turn can differ.
        if (before.OpenTurn is { } open)
        {
            if (after.Turns.Count < before.Turns.Count)
            {
                yield return new TranscriptChange(ChangeKind.TurnDropped, open);
            }
            else
            {
                var turn = after.Turns[before.Turns.Count - 1];
                var isSameAttempt = turn.Attempt == open.Attempt;
                if (!isSameAttempt) yield return new TranscriptChange(ChangeKind.TurnRestarted, turn);
                foreach (var change in Spoken(turn, isSameAttempt ? open.Text.Length : 0)) yield return change;
            }
        }
        foreach (var turn in after.Turns.Skip(before.Turns.Count))
        {
            yield return new TranscriptChange(ChangeKind.TurnBegun, turn);
            foreach (var change in Spoken(turn, 0)) yield return change;
        }
        if (DiscussionState.IsFinal(after.State) && !DiscussionState.IsFinal(before.State))
            yield return new TranscriptChange(ChangeKind.DiscussionEnded);
    }

    private static IEnumerable<TranscriptChange> Spoken(Turn turn, int from)
    {
        if (turn.Text.Length > from)
            yield return new TranscriptChange(ChangeKind.WordsAdded, turn, turn.Text[from..]);
        if (turn.Finish is not null) yield return new TranscriptChange(ChangeKind.TurnEnded, turn);
    }
}
