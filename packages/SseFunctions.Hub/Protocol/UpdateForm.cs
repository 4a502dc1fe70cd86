using System.Globalization;

namespace SseFunctions.Hub.Protocol;

/// <summary>Reads an update from the fields of a form, whose names the Mercure protocol defines. If a field that may
/// occur once occurs several times, the first one is used. Unknown fields have no effect.</summary>
internal static class UpdateForm
{
    // The longest time that the timer of a browser can wait, in milliseconds.
    private const int LongestRetry = int.MaxValue;

    /// <summary>Reads the update. Returns null, or what the publisher must change in the form. Does not check
    /// <see cref="Publishing.UpdateRules"/>.</summary>
    /// <param name="fields">The fields of the form.</param>
    /// <param name="isStrict">Whether an empty retry is a problem, as in Mercure 1.0. In 0.x it has no effect.</param>
    /// <param name="update">The update, if there is no problem.</param>
    public static HubProblem? TryRead(
        List<KeyValuePair<string, string>> fields, bool isStrict, out Update update)
    {
        update = new Update([], "");
        string? First(string name) => fields.Find(field => field.Key == name).Value;
        var retry = First("retry");
        var milliseconds = 0;
        if (retry is not null && (isStrict || retry.Length > 0)
            && !int.TryParse(retry, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds))
            return new HubProblem(HubProblem.BadRequest, $"retry must be 0 to {LongestRetry} milliseconds.");
        var type = First("type");
        var topics = fields.Where(field => field.Key == "topic").Select(field => field.Value);
        update = new Update([.. topics], First("data") ?? "")
        {
            // The field makes the update private, whatever its value.
            IsPrivate = fields.Exists(field => field.Key == "private"),
            Id = First("id"),
            Type = type is { Length: > 0 } ? type : null,
            Retry = milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null,
        };
        return null;
    }
}
