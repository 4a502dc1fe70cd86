namespace SseFunctions.Discussions;

/// <summary>A turn that a participant is asked to speak. The participant reports in it how the turn ended. For one turn
/// and one attempt.</summary>
public sealed class TurnRequest
{
    /// <summary>The participant had nothing more to say.</summary>
    public const string Stop = "stop";

    /// <summary>The limit of tokens cut the turn off.</summary>
    public const string Length = "length";

    /// <summary>A content filter of the model's server cut the turn off. The words before that stay: the model is not
    /// asked again, because viewers have read them and the filter would most likely cut again.</summary>
    public const string ContentFilter = "content_filter";

    /// <summary>Gets the id of the discussion.</summary>
    public required string Discussion { get; init; }

    /// <summary>Gets what is discussed.</summary>
    public required string Topic { get; init; }

    /// <summary>Gets the participant who speaks this turn.</summary>
    public required Participant Speaker { get; init; }

    /// <summary>Gets all participants, the speaker included, in the order of the start request.</summary>
    public required IReadOnlyList<Participant> Participants { get; init; }

    /// <summary>Gets the ended turns, in order.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>Gets the number of this turn, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the number of this attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Gets how many turns the discussion has at most: see <see cref="DiscussionLimits"/>.</summary>
    public required int MaxTurns { get; init; }

    /// <summary>Gets how many tokens the participant may say: see
    /// <see cref="DiscussionOptions.TokensPerTurn"/>.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Gets why the turn ended: <see cref="Stop"/> unless the participant has reported something else.
    /// </summary>
    public string Finish { get; private set; } = Stop;

    /// <summary>Gets the tokens of the turn; null unless the participant has reported them.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>Reports how the turn ended, or how many tokens it has taken until now. The last report counts, also if
    /// the turn is broken off.</summary>
    /// <param name="finish"><see cref="Stop"/>, <see cref="Length"/> or <see cref="ContentFilter"/>.</param>
    /// <param name="usage">The tokens; null if they are not known.</param>
    public void Report(string finish, TokenUsage? usage)
    {
        Finish = finish;
        Usage = usage;
    }
}
