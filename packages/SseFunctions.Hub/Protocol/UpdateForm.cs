using System.Globalization;

namespace SseFunctions.Hub.Protocol;

/// <summary>Reads an update from the fields of a form, as the Mercure protocol names them. Of a field that may come
/// once, the first counts; unknown fields are left alone.</summary>
internal static class UpdateForm
{
    // What a browser can wait for, in milliseconds.
    private const int LongestRetry = int.MaxValue;

    /// <summary>The update, or what is wrong with the form. The rules for all updates are not checked here.</summary>
    public static HubProblem? TryRead(ReadOnlySpan<byte> body, HubOptions options, out Update? update)
    {
        const int otherFields = 100;
        update = null;
        if (!UrlEncodedForm.TryParse(body, options.MaxTopics + otherFields, out var fields, out var problem))
            return problem;
        string? First(string name) => fields.Find(field => field.Key == name).Value;
        var retry = First("retry");
        var milliseconds = 0;
        if (retry is { Length: > 0 }
            && !int.TryParse(retry, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds))
            return new HubProblem(HubProblem.BadRequest, $"retry is a number of milliseconds, 0 to {LongestRetry}.");
        var type = First("type");
        var topics = fields.Where(field => field.Key == "topic").Select(field => field.Value);
        update = new Update([.. topics], First("data") ?? "")
        {
            // Its presence counts, whatever its value.
            IsPrivate = fields.Exists(field => field.Key == "private"),
            Id = First("id"),
            Type = type is { Length: > 0 } ? type : null,
            Retry = milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null,
        };
        return null;
    }
}
