using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>A headless Chromium whose tabs behave like a user's tabs: they can be hidden, frozen, and put into the
/// back/forward cache. Playwright prevents that for its pages.</summary>
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
            if (line.Data?.StartsWith(Announcement, StringComparison.Ordinal) == true)
            {
                address.TrySetResult(
                    line.Data[Announcement.Length..]);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
        _devTools = new Uri($"http:{await address.Task.Within("address of the browser's DevTools")}");
    }

    /// <summary>Opens a new tab. Skips the test if Chromium is not installed.</summary>
    internal async Task<DevToolsTab> NewTab(Uri page)
    {
        if (_devTools is null)
        {
            Assert.Skip(
                "No Chromium: install it (Debian: apt-get install chromium), or run ./test.sh.");
        }
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
            // A process of the browser still writes to the folder. It stays in the system's temporary folder.
        }
    }
}
