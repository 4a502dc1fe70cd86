using System.Globalization;
using System.Net;
using System.Text;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The server of a load, and how it is spoken to.</summary>
internal sealed record LoadTarget
{
    /// <summary>Stands in a topic or a path for the number of the subscriber.</summary>
    public const string NumberMark = "{n}";

    /// <summary>Where it listens.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Where more instances of it listen. Subscribers and publishers begin at one each, and go on at the next
    /// one when it fails.</summary>
    public IReadOnlyList<IPEndPoint> MoreAddresses { get; init; } = [];

    /// <summary>What the header <c>Host</c> says.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>What subscribers ask for.</summary>
    public required string SubscribePath { get; init; }

    /// <summary>Where updates are posted to.</summary>
    public required string PublishPath { get; init; }

    /// <summary>The topic of the updates; null: the body of the post is the data alone, not a form.</summary>
    public string? Topic { get; init; }

    /// <summary>The token for publishers and subscribers; null: none.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the answer to a post is the id of the update.</summary>
    public bool AnswersId { get; init; }

    /// <summary>Whether updates have ids of their own, under which a publisher tries again until it is
    /// answered.</summary>
    public bool IsRetried { get; init; }

    /// <summary>The server's processes; null: not known.</summary>
    public ProcessUsage? Usage { get; init; }

    /// <summary>A server of ours, or one that is like it.</summary>
    /// <param name="server">Its process.</param>
    /// <param name="topic">What is published.</param>
    /// <param name="subscribedTopic">What is subscribed to, with or without <see cref="NumberMark"/>; null: the same.
    /// </param>
    public static LoadTarget Of(ServerProcess server, string topic, string? subscribedTopic = null) => new()
    {
        Address = server.Address,
        SubscribePath = $"{Paths.Hub}?topic={Escape(subscribedTopic ?? topic)}",
        PublishPath = Paths.Hub,
        Topic = topic,
        Token = HubSettings.Token,
        AnswersId = true,
        Usage = new ProcessUsage([server.Id]),
    };

    /// <summary>Several instances of ours.</summary>
    public static LoadTarget Of(IReadOnlyList<ServerProcess> servers, string topic) => Of(servers[0], topic) with
    {
        MoreAddresses = [.. servers.Skip(1).Select(server => server.Address)],
        Usage = new ProcessUsage([.. servers.Select(server => server.Id)]),
    };

    /// <summary>The instance that is next after so many.</summary>
    public IPEndPoint AddressAt(int turn) => turn % (MoreAddresses.Count + 1) is > 0 and var index
        ? MoreAddresses[index - 1]
        : Address;

    /// <summary>A topic as it stands in a query.</summary>
    public static string Escape(string topic) =>
        string.Join(NumberMark, topic.Split(NumberMark).Select(Uri.EscapeDataString));

    /// <summary>The request for a stream, up to and without the blank line.</summary>
    public byte[] SubscribeRequest(int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        var path = SubscribePath.Replace(NumberMark, text, StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {Host}\r\nAccept: text/event-stream\r\n{Authorization}");
    }

    /// <summary>The headers of a post, with the blank line.</summary>
    /// <param name="lengthBytes">How long the body is.</param>
    public byte[] PublishHead(int lengthBytes)
    {
        var type = Topic is null ? "text/plain" : "application/x-www-form-urlencoded";
        return Encoding.Latin1.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {PublishPath} HTTP/1.1\r\nHost: {Host}\r\n{Authorization}"
            + $"Content-Type: {type}\r\nContent-Length: {lengthBytes}\r\n\r\n"));
    }

    private string Authorization => Token is null ? "" : $"Authorization: Bearer {Token}\r\n";
}
