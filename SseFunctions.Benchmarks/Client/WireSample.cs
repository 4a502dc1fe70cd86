using System.Net;
using System.Security.Cryptography;

namespace SseFunctions.Benchmarks.Client;

/// <summary>What an answer says and how long it is.</summary>
/// <param name="Head">The status line and the headers, without the time of day.</param>
/// <param name="BodyHash">The hash of the body, freed of its chunks.</param>
/// <param name="BytesPerEvent">How many bytes go over the wire for an event, all that is around it included.</param>
internal sealed record WireSample(string Head, string BodyHash, double BytesPerEvent)
{
    /// <summary>Reads an answer.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="path">For what.</param>
    /// <param name="blocks">How many blocks to read at most, the first comment included.</param>
    /// <param name="cancellationToken">Gives up.</param>
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

    /// <summary>Whether both say the same. How it is cut into chunks depends on the moment and does not count.
    /// </summary>
    public bool HasContentOf(WireSample other) => Head == other.Head && BodyHash == other.BodyHash;
}
