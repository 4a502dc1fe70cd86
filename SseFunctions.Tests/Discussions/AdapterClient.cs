using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Watches discussions with the real clients of npm: the programs in AdapterClients.</summary>
internal static class AdapterClient
{
    private const string Result = "RESULT ";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private static readonly string Programs =
        Path.Combine(Repository.Root, "SseFunctions.Tests", "Discussions", "AdapterClients");

    public static void SkipUnlessInstalled() => Assert.SkipUnless(
        Directory.Exists(Path.Combine(Programs, "node_modules")),
        "No clients of the adapters: install Node.js 20 or later and run ./test.sh.");

    /// <summary>Runs a program to its end, and returns what it prints.</summary>
    /// <param name="program">The program's file in the folder AdapterClients.</param>
    /// <param name="server">LocalHost, which the program asks for the discussion.</param>
    /// <param name="id">The id of a discussion that has been started.</param>
    /// <param name="cutAt">The words after which the program's first connection breaks; null: it does not.</param>
    /// <param name="signalAt">The words at which <paramref name="signaled"/> is called: when the client has them, and
    /// after the first connection has broken if it is to break.</param>
    /// <param name="signaled">What happens at these words.</param>
    /// <param name="replay">Whether to ask for the words of a discussion that has ended.</param>
    public static async Task<JsonElement> Run(
        string program,
        LocalHostServer server,
        string id,
        string? cutAt = null,
        string? signalAt = null,
        Action? signaled = null,
        bool replay = false)
    {
        using var folder = new TemporaryFolder();
        var signal = Path.Combine(folder.Path, "signal");
        var options = JsonSerializer.Serialize(new
        {
            api = new Uri(server.Url, "/discussions"),
            id,
            cutAt,
            signalAt,
            signal = signalAt is null ? null : signal,
            replay,
        });
        var run = Command.Run(Programs, "node", [program, options]);
        if (signaled is not null)
        {
            var limit = DateTime.UtcNow + Limits.Soon;
            while (!File.Exists(signal) && !run.IsCompleted)
            {
                Assert.True(DateTime.UtcNow < limit, $"{program} did not get the words {signalAt}.");
                await Task.Delay(Look, TestContext.Current.CancellationToken);
            }
            if (File.Exists(signal)) signaled();
        }
        var (exitCode, output) = await run.Within($"end of {program}");
        Assert.True(exitCode == 0 && (signaled is null || File.Exists(signal)), output);
        var line = output.Split('\n').Last(line => line.StartsWith(Result, StringComparison.Ordinal));
        return JsonDocument.Parse(line[Result.Length..]).RootElement;
    }
}
