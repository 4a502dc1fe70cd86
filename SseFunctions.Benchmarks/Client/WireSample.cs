using System.Net;
using System.Security.Cryptography;

namespace SseFunctions.Benchmarks.Client;

/// <summary>The content and the size of a response.</summary>
/// <param name="Head">The status line and the headers, without the Date header.</param>
/// <param name="BodyHash">The hash of the decoded body.</param>
/// <param name="BytesPerEvent">The number of bytes on the wire per event, including the chunk framing.</param>
internal sealed record WireSample(string Head, string BodyHash, double BytesPerEvent)
{
    /// <summary>Requests a path, and reads the start of the response: at most <paramref name="blocks"/> blocks,
    /// including the first comment.</summary>
    public static async Task<WireSample> TakeAsync(
        IPEndPoint server, string path, int blocks, CancellationToken cancellationToken)
    {
        using var client = await SseClient.ConnectAsync(server, null, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await client.SendAsync(SseClient.Request(path), cancellationToken);
        var head = await client.ReadHeadAsync(cancellationToken);
        var count = 0;
        while (count < blocks && await client.ReadBlockAsync(cancellationToken) is { } block)
        {
            count++;
            hash.AppendData(block.Span);
            hash.AppendData("\n\n"u8);
        }
        var lines = head.Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.Ordinal));
        var bytesPerEvent = (double)client.ReceivedBytes / (count - 1);
        return new WireSample(string.Join('\n', lines), Convert.ToHexString(hash.GetHashAndReset()), bytesPerEvent);
    }

    /// <summary>Whether both responses have the same content. Chunk boundaries vary and do not count.</summary>
    public bool HasContentOf(WireSample other) => Head == other.Head && BodyHash == other.BodyHash;
}
