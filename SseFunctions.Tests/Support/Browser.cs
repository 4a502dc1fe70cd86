using Microsoft.Playwright;

namespace SseFunctions.Tests.Support;

/// <summary>A headless Chromium, shared by the tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    // Without these switches a browser without a network tries for a long time to reach its vendor.
    internal static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowserContext? _context;

    /// <summary>The path of Chromium; null if it is not installed.</summary>
    public static string? Executable { get; } =
        new[] { "chromium", "chromium-browser", "google-chrome" }
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Executable is null) return;
        Assertions.SetDefaultExpectTimeout((float)Limits.Soon.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Arguments });
    }

    /// <summary>Opens a new page, and closes the page of the test before. Skips the test if Chromium is not
    /// installed.</summary>
    public async Task<IPage> NewPage(BrowserNewContextOptions? options = null)
    {
        if (_browser is null) Assert.Skip("No Chromium: install it (Debian: apt-get install chromium), or run ./test.sh.");
        // Pages of earlier tests would go on reconnecting and drawing, and slow the browser down.
        if (_context is not null) await _context.CloseAsync();
        _context = await _browser.NewContextAsync(options ?? new());
        _context.SetDefaultTimeout((float)Limits.Soon.TotalMilliseconds);
        return await _context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
