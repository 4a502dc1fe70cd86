using SseFunctions.Discussions;

namespace SseFunctions.Tests.Discussions.Participants;

/// <summary>Makes turns for tests of participants.</summary>
internal static class Turns
{
    public static readonly IReadOnlyList<Participant> Two =
        [new("1", "Ada") { Persona = "A skeptic" }, new("2", "Bob") { Persona = "An optimist" }];

    /// <summary>Returns the turn after those that were said, for the next participant in order.</summary>
    public static TurnRequest Next(
        IReadOnlyList<string>? said = null,
        string topic = "Should cities ban cars?",
        IReadOnlyList<Participant>? participants = null,
        int maxTurns = 12,
        int maxTokens = 300,
        string discussion = "d",
        int attempt = 1)
    {
        said ??= [];
        participants ??= Two;
        return new TurnRequest
        {
            Discussion = discussion,
            Topic = topic,
            Speaker = participants[said.Count % participants.Count],
            Participants = participants,
            Turns = [.. said.Select((text, index) =>
                new Turn(index + 1, 1, participants[index % participants.Count].Id, text) { Finish = "stop" })],
            Number = said.Count + 1,
            Attempt = attempt,
            MaxTurns = maxTurns,
            MaxTokens = maxTokens,
        };
    }

    /// <summary>Lets a participant speak, and returns the whole text.</summary>
    public static async Task<string> Text(this IParticipant participant, TurnRequest turn) =>
        string.Concat(await participant.SpeakAsync(turn, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken));
}
