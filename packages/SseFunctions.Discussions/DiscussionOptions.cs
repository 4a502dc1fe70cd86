using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Discussions;

/// <summary>The settings of discussions: the section <c>Discussions</c>.</summary>
public sealed class DiscussionOptions : ISettings
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Discussions";

    private const int FewestParticipants = 2;
    private const int MostParticipants = 20;
    private const int MostTurns = 1000;
    private const int MostTokensPerTurn = 16_000;
    private const int MostMinutes = 24 * 60;
    private const int LongestText = 20_000;
    private const int LongestWindow = 1_000_000;
    private const float HighestTemperature = 2;

    private static readonly TimeSpan LongestGather = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestTurn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWordDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestRetention = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(366);

    /// <summary>Gets or sets whether everyone may start, watch and cancel discussions without a token, except private
    /// ones. Default false: starting and canceling need a token with the right to publish to the topic
    /// <c>/discussions/{id}</c>, and watching needs what the hub needs.</summary>
    public bool Anonymous { get; set; }

    /// <summary>Gets or sets the models. Participants that name no model use the first. Default: none. Then the
    /// <c>IChatClient</c> that the app has registered speaks; without both, the first <see cref="NamedParticipant"/> of
    /// the app; without any of these, participants are scripted.</summary>
    public IReadOnlyList<ModelOptions> Models { get; set; } = [];

    /// <summary>Gets or sets how scripted participants speak.</summary>
    public ScriptedOptions Scripted { get; set; } = new();

    /// <summary>Gets or sets how many participants a discussion has at most. Default 6, at least 2.</summary>
    public int MaxParticipants { get; set; } = 6;

    /// <summary>Gets or sets how many turns a discussion has if its start request names no number. Default 12.
    /// </summary>
    public int Turns { get; set; } = 12;

    /// <summary>Gets or sets how many turns a start request may ask for. Default 100.</summary>
    public int MaxTurns { get; set; } = 100;

    /// <summary>Gets or sets how many tokens a model may write in one turn. Default 300.</summary>
    public int TokensPerTurn { get; set; } = 300;

    /// <summary>Gets or sets how many tokens, read and written, a discussion takes if its start request names no
    /// number; also the highest number that a request may name. Default 50,000.</summary>
    public long MaxTokens { get; set; } = 50_000;

    /// <summary>Gets or sets how long a discussion speaks, in minutes, if its start request names no number; also the
    /// highest number that a request may name. Pauses do not count. Default 15.</summary>
    public int MaxMinutes { get; set; } = 15;

    /// <summary>Gets or sets how many discussions of this app speak at the same time, on all instances. Default 5.
    /// </summary>
    public int MaxConcurrent { get; set; } = 5;

    /// <summary>Gets or sets how many discussions that one client address has started speak at the same time. Default
    /// 1. Zero: no such limit.</summary>
    public int MaxConcurrentPerClient { get; set; } = 1;

    /// <summary>Gets or sets how many discussions one client address may start within a minute, on all instances.
    /// Default 10. Zero: no such limit.</summary>
    public int MaxStartsPerMinute { get; set; } = 10;

    /// <summary>Gets or sets how many streams of viewers an instance has open at the same time, for discussions and for
    /// answers. Default 10,000. Further clients are told to reconnect after 10 to 20 s.</summary>
    public int MaxViewers { get; set; } = 10_000;

    /// <summary>Gets or sets how many tokens of models all discussions of this app take in a day (UTC). Default
    /// 500,000. Zero: no such limit.</summary>
    public long TokensPerDay { get; set; } = 500_000;

    /// <summary>Gets or sets how long a model may send nothing before its turn is begun again. Default 30 s.</summary>
    public TimeSpan ModelSilence { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long a turn takes at most. A turn that has words then is cut off; a turn without words
    /// has failed, and is begun again. Default 3 min, which is below the time that the platform gives a function of an
    /// unattended discussion.</summary>
    public TimeSpan MaxTurnDuration { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Gets or sets the highest number of UTF-16 units of a topic. Default 500.</summary>
    public int MaxTopicLength { get; set; } = 500;

    /// <summary>Gets or sets the highest number of UTF-16 units of a persona. Default 2,000.</summary>
    public int MaxPersonaLength { get; set; } = 2000;

    /// <summary>Gets or sets how many earlier turns a model reads at most. Default 8.</summary>
    public int WindowTurns { get; set; } = 8;

    /// <summary>Gets or sets how many UTF-16 units of earlier turns a model reads at most. Default 8,000.</summary>
    public int WindowLength { get; set; } = 8000;

    /// <summary>Gets or sets how random the words of models are, from 0 to 2. Null: the model's own default. Default
    /// null.</summary>
    public float? Temperature { get; set; }

    /// <summary>Gets or sets for how long later words of a turn are gathered into one event. Default 100 ms. The first
    /// words of a turn leave at once. Zero: every piece is an event.</summary>
    public TimeSpan Gather { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets or sets how long a discussion is kept after its last event. Default 7 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The models with their sections, without empty entries.</summary>
    internal IEnumerable<(ModelOptions Model, string Section)> UsedModels => Models
        .Select((model, index) => (model, $"{Section}:{nameof(Models)}:{index}"))
        .Where(item => !item.model.IsEmpty);

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        foreach (var problem in ModelProblems()) yield return problem;
        foreach (var (name, value, least, most) in new (string, long, long, long)[]
        {
            (nameof(MaxParticipants), MaxParticipants, FewestParticipants, MostParticipants),
            (nameof(MaxTurns), MaxTurns, 1, MostTurns),
            (nameof(TokensPerTurn), TokensPerTurn, 1, MostTokensPerTurn),
            (nameof(MaxTokens), MaxTokens, 1, long.MaxValue),
            (nameof(MaxMinutes), MaxMinutes, 1, MostMinutes),
            (nameof(MaxConcurrent), MaxConcurrent, 1, int.MaxValue),
            (nameof(MaxConcurrentPerClient), MaxConcurrentPerClient, 0, int.MaxValue),
            (nameof(MaxStartsPerMinute), MaxStartsPerMinute, 0, int.MaxValue),
            (nameof(MaxViewers), MaxViewers, 1, int.MaxValue),
            (nameof(TokensPerDay), TokensPerDay, 0, long.MaxValue),
            (nameof(MaxTopicLength), MaxTopicLength, 1, LongestText),
            (nameof(MaxPersonaLength), MaxPersonaLength, 1, LongestText),
            (nameof(WindowTurns), WindowTurns, 0, MostTurns),
            (nameof(WindowLength), WindowLength, 0, LongestWindow),
        })
        {
            if (value >= least && value <= most) continue;
            yield return $"{Section}:{name} is {value}: set it to "
                + (most >= int.MaxValue ? $"{least} or more." : $"between {least} and {most}.");
        }
        if (MaxTurns >= 1 && (Turns < 1 || Turns > MaxTurns))
        {
            yield return $"{Section}:{nameof(Turns)} is {Turns}: set it to between 1 and {MaxTurns}, the value of "
                + $"{Section}:{nameof(MaxTurns)}.";
        }
        if (Temperature is { } temperature && !(temperature >= 0 && temperature <= HighestTemperature))
        {
            yield return $"{Section}:{nameof(Temperature)} is {temperature}: set it to between 0 and "
                + $"{HighestTemperature}, or remove it.";
        }
        foreach (var problem in Durations()) yield return problem;
    }

    private IEnumerable<string> Durations() =>
    [
        .. Settings.OutOfRange($"{Section}:{nameof(Gather)}", Gather, LongestGather),
        .. Settings.OutOfRange(
            $"{Section}:{nameof(Scripted)}:{nameof(Scripted.WordDelay)}", Scripted.WordDelay, LongestWordDelay),
        .. Settings.OutOfRange($"{Section}:{nameof(ModelSilence)}", ModelSilence, LongestSilence),
        .. Settings.OutOfRange($"{Section}:{nameof(MaxTurnDuration)}", MaxTurnDuration, LongestTurn),
        .. Settings.OutOfRange($"{Section}:{nameof(Retention)}", Retention, LongestRetention),
        .. TooShort(nameof(ModelSilence), ModelSilence, ShortestSilence),
        .. TooShort(nameof(MaxTurnDuration), MaxTurnDuration, ShortestTurn),
        .. TooShort(nameof(Retention), Retention, ShortestRetention),
    ];

    private static IEnumerable<string> TooShort(string name, TimeSpan duration, TimeSpan shortest)
    {
        // A negative duration is reported with the durations that are too long.
        if (duration >= TimeSpan.Zero && duration < shortest)
            yield return $"{Section}:{name} is {duration}: set it to {shortest} or more.";
    }

    private IEnumerable<string> ModelProblems()
    {
        var sections = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (model, section) in UsedModels)
        {
            foreach (var problem in model.Problems(section)) yield return problem;
            if (model.Name is { Length: > 0 } name && !sections.TryAdd(name, section))
            {
                yield return $"{sections[name]} and {section} have the same {nameof(model.Name)}: give one of them "
                    + "another name.";
            }
        }
    }
}
