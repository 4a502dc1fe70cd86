using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Azure.Identity;

namespace SseFunctions.Discussions.Participants;

/// <summary>Says in our own words why a model could not be asked. What a server writes may contain the key, the prompt
/// or advertising, so neither viewers nor the log get its text.</summary>
internal static class ChatErrors
{
    private const int LongestCode = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Converts an exception of a model's client to the exception that a participant throws.</summary>
    /// <param name="exception">What the client of the model threw.</param>
    /// <param name="secret">The key, which must not be in any message; null: none.</param>
    public static ParticipantException Of(Exception exception, string? secret) => exception switch
    {
        ParticipantException known => known,
        ClientResultException { Status: > 0 } answer => OfStatus(
            answer.Status, Code(answer.GetRawResponse(), secret), RetryAfter(answer.GetRawResponse()), null),
        HttpRequestException { StatusCode: { } status } => OfStatus((int)status, null, null, Safe(exception, secret)),
        AuthenticationFailedException => new ParticipantException(
            ParticipantException.ProviderRefused,
            "The app's identity could not sign in to the model's server.",
            Safe(exception, secret))
        { IsTransient = exception is not CredentialUnavailableException },
        _ => new ParticipantException(
            ParticipantException.ProviderError,
            $"The call to the model failed ({exception.GetType().Name}).",
            Safe(exception, secret)),
    };

    private static ParticipantException OfStatus(int status, string? code, TimeSpan? wait, Exception? inner)
    {
        var message = string.Create(CultureInfo.InvariantCulture,
            $"The server of the model answered {status}{(code is null ? "" : $" ({code})")}.");
        return (HttpStatusCode)status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new ParticipantException(ParticipantException.ProviderRefused, message, inner) { IsTransient = false },
            HttpStatusCode.TooManyRequests =>
                new ParticipantException(ParticipantException.ProviderBusy, message, inner) { RetryAfter = wait },
            // The same request would get the same answer, except after a conflict or when it came too late.
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
                and not (HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict) =>
                new ParticipantException(ParticipantException.ProviderError, message, inner) { IsTransient = false },
            _ => new ParticipantException(ParticipantException.ProviderError, message, inner) { RetryAfter = wait },
        };
    }

    // Returns null instead of an exception that quotes the server or the key.
    private static Exception? Safe(Exception exception, string? secret)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is ClientResultException or Azure.RequestFailedException) return null;
        }
        return !string.IsNullOrEmpty(secret) && exception.ToString().Contains(secret, StringComparison.Ordinal)
            ? null
            : exception;
    }

    // The code of OpenAI's errors, such as insufficient_quota. It is a word of a fixed list, in small letters.
    private static string? Code(PipelineResponse? response, string? secret)
    {
        try
        {
            if (response is null) return null;
            using var body = JsonDocument.Parse(response.Content.ToMemory());
            var error = body.RootElement.GetProperty("error");
            var code = error.TryGetProperty("code", out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : error.GetProperty("type").GetString();
            var isCode = code is { Length: > 0 and <= LongestCode } && code != secret
                && code.All(letter => char.IsAsciiLetterLower(letter) || letter == '_');
            return isCode ? code : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException
            or KeyNotFoundException)
        {
            return null;
        }
    }

    private static TimeSpan? RetryAfter(PipelineResponse? response)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out var value)) return null;
        TimeSpan? wait = null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            wait = TimeSpan.FromSeconds(seconds);
        // Relative to the server's own clock, because the clocks may differ.
        else if (Date(value) is { } date && response.Headers.TryGetValue("Date", out var now)
            && Date(now) is { } start) wait = date - start;
        return wait is { } known ? TimeSpan.FromTicks(Math.Clamp(known.Ticks, 0, LongestWait.Ticks)) : null;
    }

    private static DateTimeOffset? Date(string? text) => DateTimeOffset.TryParseExact(
        text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
