using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SseFunctions.Hub.Protocol;

/// <summary>Reads the body of a request as a form.</summary>
internal static class FormBodyRequest
{
    public const string ContentType = "application/x-www-form-urlencoded";

    /// <summary>Whether the request says that its body is a form.</summary>
    public static bool IsForm(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // Parameters after the semicolon have no effect. Some clients send the semicolon alone.
        var type = request.ContentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var end) type = type[..end];
        return type.Trim().Equals(ContentType, StringComparison.OrdinalIgnoreCase);
    }

    public static bool HasBody(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody
            ?? request.ContentLength > 0;
    }

    /// <summary>The fields of the form, or what the sender must change.</summary>
    /// <param name="request">The request, whose body has not been read yet.</param>
    /// <param name="maxBytes">The largest body, as it is sent.</param>
    /// <param name="maxFields">How many fields there may be.</param>
    /// <param name="cancellationToken">Cancels the wait for the rest of the body.</param>
    /// <returns>Exactly one of the two is null.</returns>
    public static async ValueTask<(List<KeyValuePair<string, string>>? Fields, HubProblem? Problem)> ReadAsync(
        HttpRequest request, int maxBytes, int maxFields, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ContentLength > maxBytes) return (null, TooLarge(maxBytes));
        try
        {
            var room = maxBytes + 1;
            var read = await request.BodyReader.ReadAtLeastAsync(room, cancellationToken);
            List<KeyValuePair<string, string>>? fields = null;
            HubProblem? problem;
            if (read.Buffer.Length < room)
            {
                var body = read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray();
                UrlEncodedForm.TryParse(body, maxFields, out fields, out problem);
            }
            else
            {
                problem = TooLarge(maxBytes);
            }
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return (fields, problem);
        }
        catch (BadHttpRequestException exception)
        {
            return (null, new HubProblem(exception.StatusCode, "The body cannot be read: send the whole body."));
        }
        catch (IOException)
        {
            // The client has left, so nobody reads this answer.
            return (null, new HubProblem(HubProblem.BadRequest, "The body ended early: send the whole body."));
        }
    }

    private static HubProblem TooLarge(int maxBytes) =>
        new(HubProblem.TooLarge, $"The body is longer than {maxBytes} bytes: send less.");
}
