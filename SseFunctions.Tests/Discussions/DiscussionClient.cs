using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using SseFunctions.Discussions;

namespace SseFunctions.Tests.Discussions;

/// <summary>The requests of people who start, watch and cancel discussions, over HTTP.</summary>
internal static class DiscussionClient
{
    /// <summary>The start of the log line that the app writes when a viewer has left, and no longer counts.</summary>
    public const string ViewerHasLeft = "A stream of discussions ended: client_gone";

    public const string Path = "/discussions";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    /// <summary>A valid start request with scripted participants.</summary>
    public static Dictionary<string, object?> Request(string topic = "Tea or coffee?", int turns = 3) => new()
    {
        ["topic"] = topic,
        ["participants"] = new object[] { new { name = "Ada" }, new { name = "Bob", persona = "a skeptic" } },
        ["limits"] = new { turns },
    };

    /// <summary>Starts a discussion and returns its id.</summary>
    public static async Task<string> Start(this HttpClient http, Dictionary<string, object?>? request = null)
    {
        using var answer = await http.PostAsJsonAsync(Path, request ?? Request(), Test);
        var text = await answer.Content.ReadAsStringAsync(Test);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    public static async Task StartAs(this HttpClient http, string id, Dictionary<string, object?> request)
    {
        using var answer = await http.PutAsJsonAsync($"{Path}/{id}", request, Test);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Test));
    }

    /// <summary>Sends a start request with this body.</summary>
    public static Task<HttpResponseMessage> Post(this HttpClient http, string body, string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        return http.SendAsync(request, Test);
    }

    /// <summary>Watches a discussion to its end. The stream must end by itself.</summary>
    public static async Task<List<SseItem<string>>> Watch(this HttpClient http, string id, string? lastId = null)
    {
        using var answer = await http.Open(id, lastId);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        List<SseItem<string>> events = [];
        await foreach (var next in answer.Events()) events.Add(next);
        return events;
    }

    /// <summary>Returns the id of a discussion's last event. A viewer that opens the stream with this id gets every
    /// later event. A viewer without an id gets a snapshot, which may already contain later events, because the
    /// discussion goes on as soon as a viewer arrives.</summary>
    public static async Task<string> LastId(this HttpClient http, string id)
    {
        using var transcript = await http.GetAsync($"{Path}/{id}", Test);
        return transcript.Headers.ETag!.Tag.Trim('"');
    }

    /// <summary>Opens the stream of a discussion.</summary>
    public static Task<HttpResponseMessage> Open(this HttpClient http, string id, string? lastId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/{id}/events");
        if (lastId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
    }

    /// <summary>Reads the events of an open stream.</summary>
    public static async IAsyncEnumerable<SseItem<string>> Events(this HttpResponseMessage answer)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(Test);
        await foreach (var next in SseParser.Create(body).EnumerateAsync(Test)) yield return next;
    }

    /// <summary>Reads an open stream until its viewer has words of a turn, in the snapshot or in an event.</summary>
    public static async Task<Viewer> UntilWords(this HttpResponseMessage answer)
    {
        var viewer = new Viewer();
        await foreach (var next in answer.Events())
        {
            viewer.Take(next);
            if (viewer.Texts.Any(text => text.Length > 0)) return viewer;
        }
        throw new InvalidDataException("The stream has ended without a word.");
    }

    public static async Task<Transcript> Transcript(this HttpClient http, string id) =>
        await http.GetFromJsonAsync<Transcript>($"{Path}/{id}", Test) ?? throw new JsonException("null");
}
