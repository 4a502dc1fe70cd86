using Microsoft.Playwright;
using SseFunctions.Tests.Support;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace SseFunctions.Tests.Support;

/// <summary>A Chromium process without a window, which all tests share. It starts when the first test asks for a page.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    // Without these arguments, a browser without a network keeps trying to reach its maker.
    internal static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _started = new(Start);

    /// <summary>The path of Chromium; null where there is none.</summary>
    public static string? Executable { get; } = Find("chromium", "chromium-browser", "google-chrome");

    // Chromium without its own user interface: it draws no toolbar for each page, which takes half of the time.
    private static string? Shell { get; } = Find("chromium-headless-shell") ?? Executable;

    /// <summary>Opens a context: it has its own cookies, storage and connections. The test is skipped where there is no
    /// Chromium.</summary>
    public async Task<IBrowserContext> NewContext(BrowserNewContextOptions? options)
    {
        if (Shell is null)
        {
            Assert.Skip(
                "No Chromium: install it (Debian: apt-get install chromium), or run ./test.sh.");
        }
        var (_, browser) = await _started.Value;
        return await browser.NewContextAsync(options ?? new());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated) return;
        var (playwright, browser) = await _started.Value;
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static string? Find(params string[] names) => names
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> Start()
    {
        Assertions.SetDefaultExpectTimeout((float)Limits.Soon.TotalMilliseconds);
        var playwright = await Playwright.CreateAsync();
        return (
            playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Shell, Args = Arguments }));
    }
}
