using System.Net.ServerSentEvents;

namespace SseFunctions.Tests.Support;

internal static class HttpResponseMessageExtensions
{
    /// <summary>Reads all events of a stream to its end.</summary>
    public static Task<List<SseItem<string>>> Events(this HttpResponseMessage response) =>
        Read(response).Within("end of the stream");

    public static Task<string> Text(this HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).Within("end of the body");

    /// <summary>Gets the values of a header, joined; null if it is absent.</summary>
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    private static async Task<List<SseItem<string>>> Read(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var events = new List<SseItem<string>>();
        await foreach (var next in SseParser.Create(body).EnumerateAsync(TestContext.Current.CancellationToken))
            events.Add(next);
        return events;
    }
}
