using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions.Models;
using SseFunctions.Discussions.Text;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Reads requests to start a discussion, and says what is wrong with one.</summary>
internal sealed class StartRequestReader(
    IOptions<DiscussionOptions> options, IModels models, IEnumerable<ITurnMessages> queues)
{
    private const int MinParticipants = 2;
    private const int MaxNameLength = 60;
    private const int MaxModelLength = 64;
    private const int MaxIdLength = 32;
    private const int BytesPerUnit = 6;
    private const int MaxShownLength = 60;
    private const int OtherBytes = 16 * 1024;

    private static readonly string[] Fields = ["topic", "participants", "limits", "private", "unattended"];
    private static readonly string[] ParticipantFields = ["id", "name", "persona", "model"];
    private static readonly string[] LimitFields = ["turns", "tokens", "minutes"];

    private readonly DiscussionOptions _options = options.Value;
    private readonly bool _hasQueue = queues.Any();

    // The body of the longest valid request, with every character escaped.
    private int MaxBytes => OtherBytes
        + (BytesPerUnit * (_options.MaxTopicLength + (_options.MaxParticipants * _options.MaxPersonaLength)));

    /// <summary>Reads the body of a start request. Does not compare it with the settings yet.</summary>
    /// <exception cref="BadRequestException">The request is refused.</exception>
    public Task<StartBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        JsonBody.ReadAsync(request, MaxBytes, Read, cancellationToken);

    /// <summary>Validates a body with the settings, and fills in the defaults.</summary>
    /// <exception cref="BadRequestException">The request is refused.</exception>
    public StartRequest Validate(StartBody body)
    {
        var root = body.Json;
        RefuseOthers(root, "the body", Fields);
        var topic = Required(root, "topic", _options.MaxTopicLength);
        var isUnattended = Flag(root, "unattended");
        if (isUnattended && !_hasQueue)
        {
            throw new BadRequestException(
                "This app has no queue for unattended discussions: leave out unattended, or set AzureWebJobsStorage "
                + "(an app of your own registers ITurnMessages).");
        }
        return new StartRequest(topic, Participants(root), Limits(root), body.IsPrivate, isUnattended);
    }

    // Computing the hash reads all texts, so a text that is not Unicode is found here and not later.
    private static StartBody Read(JsonElement root) => root.ValueKind == JsonValueKind.Object
        ? new StartBody(root.Clone(), CanonicalJson.Hash(root), Flag(root, "private"))
        : throw new BadRequestException("Send a JSON object with topic and participants.");

    private List<Participant> Participants(JsonElement root)
    {
        if (!root.TryGetProperty("participants", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new BadRequestException("Send participants: an array of objects with a name.");
        var count = list.GetArrayLength();
        if (count < MinParticipants || count > _options.MaxParticipants)
        {
            throw new BadRequestException(
                $"Send {MinParticipants} to {_options.MaxParticipants} participants, not {count}.");
        }
        List<Participant> participants = [];
        foreach (var item in list.EnumerateArray()) participants.Add(ReadParticipant(item, participants.Count + 1));
        if (Repeated(participants.Select(participant => participant.Id), StringComparer.Ordinal) is { } id)
            throw new BadRequestException($"Two participants have the id {id}: give each its own.");
        var names = participants.Select(participant => VisibleText.Of(participant.Name).Trim());
        if (Repeated(names, StringComparer.OrdinalIgnoreCase) is { } name)
            throw new BadRequestException($"Two participants have the name {name}: give each its own.");
        return participants;
    }

    private Participant ReadParticipant(JsonElement item, int number)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw new BadRequestException($"Send participant {number} as an object with a name.");
        RefuseOthers(item, $"participant {number}", ParticipantFields);
        var model = Optional(item, "model", MaxModelLength);
        if (model is not null && models.Find(model) is null)
        {
            throw new BadRequestException(
                $"There is no model {model}: use {string.Join(" or ", models.Names)}, or leave out model.");
        }
        var id = Optional(item, "id", MaxIdLength) ?? number.ToString(CultureInfo.InvariantCulture);
        if (!DiscussionId.IsValid(id))
            throw new BadRequestException("Use only A-Z, a-z, 0-9, - and _ in the id of a participant.");
        return new Participant(id, Required(item, "name", MaxNameLength).ReplaceLineEndings(" "))
        {
            Persona = Optional(item, "persona", _options.MaxPersonaLength),
            Model = model,
        };
    }

    private DiscussionLimits Limits(JsonElement root)
    {
        var given = root.TryGetProperty("limits", out var limits) && limits.ValueKind != JsonValueKind.Null;
        if (given && limits.ValueKind != JsonValueKind.Object)
            throw new BadRequestException("Send limits as an object.");
        if (given) RefuseOthers(limits, "limits", LimitFields);
        return new DiscussionLimits(
            (int)Limit("turns", _options.Turns, _options.MaxTurns),
            Limit("tokens", _options.MaxTokens, _options.MaxTokens),
            (int)Limit("minutes", _options.MaxMinutes, _options.MaxMinutes));

        long Limit(string name, long usual, long most)
        {
            if (!given || !limits.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return usual;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
                && number >= 1 && number <= most
                ? number
                : throw new BadRequestException($"Set limits.{name} to a whole number from 1 to {most}.");
        }
    }

    // If a limit with a wrong name were ignored, the discussion would cost more than its client wants.
    private static void RefuseOthers(JsonElement element, string place, string[] known)
    {
        foreach (var field in element.EnumerateObject())
        {
            if (known.Contains(field.Name, StringComparer.Ordinal)) continue;
            var name = CleanText.Head(field.Name, MaxShownLength);
            throw new BadRequestException($"There is no field {name} in {place}: use {string.Join(", ", known)}.");
        }
    }

    private static string Required(JsonElement element, string name, int most) =>
        Optional(element, name, most)
        ?? throw new BadRequestException($"Send {name}: a text with a character that can be seen.");

    private static string? Optional(JsonElement element, string name, int most)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String) throw new BadRequestException($"Send {name} as a text.");
        var text = CleanText.Of(value.GetString() ?? "").Trim();
        if (text.Length > most)
        {
            throw new BadRequestException(
                $"{name} has {text.Length} characters: shorten it to {most} or fewer.");
        }
        return VisibleText.IsIn(text) ? text : null;
    }

    private static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new BadRequestException($"Set {name} to true or false."),
        };

    private static string? Repeated(IEnumerable<string> texts, StringComparer comparer) =>
        texts.GroupBy(text => text, comparer).FirstOrDefault(group => group.Count() > 1)?.Key;
}
