using System.Globalization;
using System.Net;
using System.Text;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The server of a load, and the requests to it.</summary>
internal sealed record LoadTarget
{
    /// <summary>The placeholder in a topic or a path for the number of the subscriber.</summary>
    public const string NumberMark = "{n}";

    public required IPEndPoint Address { get; init; }

    /// <summary>The addresses of more instances. Each subscriber and publisher begins at one instance, and continues at
    /// the next one when it fails.</summary>
    public IReadOnlyList<IPEndPoint> MoreAddresses { get; init; } = [];

    /// <summary>The value of the header <c>Host</c>.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>The path and query that subscribers request.</summary>
    public required string SubscribePath { get; init; }

    /// <summary>The path to which updates are posted.</summary>
    public required string PublishPath { get; init; }

    /// <summary>The topic of the updates; null: the body of the post is only the data, not a form.</summary>
    public string? Topic { get; init; }

    /// <summary>The token for publishers and subscribers; null: none.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the answer to a post is the id of the update.</summary>
    public bool AnswersId { get; init; }

    /// <summary>Whether publishers set the ids of updates. A publisher then repeats an update with the same id until it
    /// is answered.</summary>
    public bool IsRetried { get; init; }

    /// <summary>The usage of the server's processes; null: not known.</summary>
    public ProcessUsage? Usage { get; init; }

    /// <summary>Creates the target for a child process with the hub's routes.</summary>
    /// <param name="server">The child process, which already listens.</param>
    /// <param name="topic">The topic of the updates, without <see cref="NumberMark"/>.</param>
    /// <param name="subscribedTopic">The topic of the subscribers, with or without <see cref="NumberMark"/>; null: the
    /// topic of the updates.</param>
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

    /// <summary>Creates the target for several instances of the hub.</summary>
    public static LoadTarget Of(IReadOnlyList<ServerProcess> servers, string topic) => Of(servers[0], topic) with
    {
        MoreAddresses = [.. servers.Skip(1).Select(server => server.Address)],
        Usage = new ProcessUsage([.. servers.Select(server => server.Id)]),
    };

    /// <summary>Gets the address of the instance for an attempt.</summary>
    public IPEndPoint AddressAt(int turn) => turn % (MoreAddresses.Count + 1) is > 0 and var index
        ? MoreAddresses[index - 1]
        : Address;

    /// <summary>Escapes a topic for a query.</summary>
    public static string Escape(string topic) =>
        string.Join(NumberMark, topic.Split(NumberMark).Select(Uri.EscapeDataString));

    /// <summary>Creates the request for a stream, without the blank line at its end.</summary>
    public byte[] SubscribeRequest(int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        var path = SubscribePath.Replace(NumberMark, text, StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {Host}\r\nAccept: text/event-stream\r\n{Authorization}");
    }

    /// <summary>Creates the headers of a post, with the blank line.</summary>
    /// <param name="lengthBytes">The length of the body, in bytes.</param>
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
