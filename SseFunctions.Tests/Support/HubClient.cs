using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;

namespace SseFunctions.Tests.Support;

/// <summary>The requests of publishers and subscribers, over HTTP.</summary>
internal static class HubClient
{
    public const string Path = "/.well-known/mercure";

    /// <summary>A token that may publish to all topics.</summary>
    public static readonly string Everything = Jwt.Publisher("*");

    public static (string Name, string Value) Bearer(string token) => ("Authorization", $"Bearer {token}");

    /// <summary>The publisher that the app's own code uses.</summary>
    public static IUpdatePublisher Publisher(this IServiceProvider services) =>
        services.GetRequiredService<IUpdatePublisher>();

    public static HttpRequestMessage Form(string form, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>Posts a form without changing it.</summary>
    public static Task<HttpResponseMessage> Post(
        this LocalHostServer server, string form, params (string Name, string Value)[] headers) =>
        server.Http.SendAsync(Form(form, headers), TestContext.Current.CancellationToken);

    /// <summary>Publishes with all rights. Returns the id.</summary>
    public static async Task<string> Publish(this LocalHostServer server, string form)
    {
        using var answer = await server.Post(form, Bearer(Everything));
        var text = await answer.Text();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    public static async Task<HubSubscription> Subscribe(
        this LocalHostServer server, string query, params (string Name, string Value)[] headers)
    {
        var answer = await server.Get($"{Path}?{query}", headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new HubSubscription(answer);
    }

    /// <summary>Waits until the host knows the active subscriptions. If its Redis answers late, that is only some time
    /// after the start.</summary>
    public static Task KnowsSubscribers(this LocalHostServer server)
    {
        var subscriptions = server.Services.GetRequiredService<ActiveSubscriptions>();
        return EventLogExtensions.UntilAvailable(
            () => subscriptions.ListAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until the host has read the shared log. If its Redis answers late, that is only some time after
    /// the start. Until then the host sends subscribers away.</summary>
    public static Task KnowsLog(this LocalHostServer server)
    {
        var log = server.Services.GetRequiredService<IEventLog>();
        return EventLogExtensions.UntilAvailable(() => ValueTask.FromResult(log.FindEnd()));
    }

    /// <summary>Waits until all updates in the log have been matched with the subscribers. Until then the log holds
    /// more than its limits allow, and a new subscriber may get these updates as live ones.</summary>
    public static async Task HasMatchedAll(this LocalHostServer server)
    {
        var subscribers = server.Services.GetRequiredService<Subscribers>();
        var log = server.Services.GetRequiredService<IEventLog>();
        var limit = DateTime.UtcNow + Limits.Soon;
        while (subscribers.Matched != log.Tail)
        {
            Assert.True(DateTime.UtcNow < limit, "The updates were never matched.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Subscribes with the id of the last event, and again while the host answers that it cannot look the id
    /// up: an instance that has not read that far waits at most 2 s for Redis.</summary>
    public static async Task<HubSubscription> Resume(this LocalHostServer server, string query, string lastEventId)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            var subscription = await server.Subscribe(query, ("Last-Event-ID", lastEventId));
            if (subscription.LastEventId is not null) return subscription;
            await subscription.DisposeAsync();
            Assert.True(DateTime.UtcNow < limit, "The id was never looked up.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Reads the title of a problem response, which must have this status.</summary>
    public static async Task<string> Problem(this HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Text();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        using var json = JsonDocument.Parse(text);
        Assert.Equal((int)status, json.RootElement.GetProperty("status").GetInt32());
        return json.RootElement.GetProperty("title").GetString()!;
    }

    /// <summary>Reads the history of a topic: the data of each update.</summary>
    public static async Task<List<string>> Held(this LocalHostServer server, string topic)
    {
        var name = Uri.EscapeDataString(topic);
        await using var all =
            await server.Subscribe($"topic={name}&topic=end-of-held&lastEventID=earliest", Bearer(Jwt.Subscriber("*")));
        var end = await server.Publish("topic=end-of-held&data=end");
        var held = new List<string>();
        while (await all.Next() is var next && next.EventId != end)
        {
            if (next.Data != "end") held.Add(next.Data);
        }
        return held;
    }
}
