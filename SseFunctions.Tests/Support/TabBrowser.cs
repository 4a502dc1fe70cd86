using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>A Chromium without a window whose tabs behave as a user's do: they are hidden, frozen, and put into the back/forward
/// cache. Playwright keeps its pages from all that.</summary>
public sealed class TabBrowser : IAsyncLifetime
{
    private const string Announcement = "DevTools listening on ws:";

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("tabs-");
    private Process? _process;
    private Uri? _devTools;

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Executable is null) return;
        var start = new ProcessStartInfo(
            Chromium.Executable,
            [.. Chromium.Arguments, "--headless", "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}"])
        {
            RedirectStandardError = true,
        };
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith(Announcement, StringComparison.Ordinal) == true) address.TrySetResult(line.Data[Announcement.Length..]);
        };
        _process.Start();
        _process.BeginErrorReadLine();
        _devTools = new Uri($"http:{await address.Task.Within("address of the browser's DevTools")}");
    }

    /// <summary>A tab of its own; the test is skipped where there is no Chromium.</summary>
    internal async Task<DevToolsTab> NewTab(Uri page)
    {
        if (_devTools is null) Assert.Skip("No Chromium: install it (Debian: apt-get install chromium), or run ./test.sh.");
        return await DevToolsTab.Open(_devTools, page);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser is still writing; the folder is in the system's temporary one.
        }
    }
}
