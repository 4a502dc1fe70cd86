using Microsoft.Extensions.AI;
using SseFunctions.Discussions.Participants;

namespace SseFunctions.Discussions.Models;

/// <summary>The models of the settings or, if there are none, the <see cref="IChatClient"/> that the app has
/// registered, named <c>default</c>; those of the app's own code; and always <c>scripted</c>. Upper and lower case are
/// the same in names.</summary>
internal sealed class ConfiguredModels : IModels
{
    /// <summary>The name of participants without a model.</summary>
    public const string Scripted = "scripted";

    /// <summary>The name of the model that the app has registered itself.</summary>
    public const string Default = "default";

    private readonly Dictionary<string, IParticipant> _participants = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the clients. They connect when a participant speaks.</summary>
    /// <param name="options">The settings, validated.</param>
    /// <param name="own">The client that the app has registered; null: none.</param>
    /// <param name="time">The clock for the pauses between the words of scripted participants.</param>
    /// <param name="named">The participants of the app's own code.</param>
    /// <exception cref="ArgumentException">Two participants have the same name.</exception>
    public ConfiguredModels(
        DiscussionOptions options, IChatClient? own, TimeProvider time, params IEnumerable<NamedParticipant> named)
    {
        var manner = ChatManner.Of(options);
        var names = new List<string>();
        foreach (var (model, _) in options.UsedModels)
        {
            Add(model.Name, new ChatParticipant(
                ModelClient.Create(model, options.ModelSilence), manner with { Secret = model.Key }));
        }
        // A client of the app may be of any provider, and not every provider says why an answer ended.
        if (names.Count == 0 && own is not null)
            Add(Default, new ChatParticipant(own, manner with { NeedsFinishReason = false }));
        foreach (var (name, participant) in named) Add(name, participant);
        Add(Scripted, new ScriptedParticipant(options.Scripted, time));
        Names = names;

        void Add(string name, IParticipant participant)
        {
            names.Add(name);
            _participants.Add(name, participant);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public IParticipant? Find(string? model) =>
        _participants.GetValueOrDefault(string.IsNullOrEmpty(model) ? Names[0] : model);
}
