using Microsoft.Playwright;

namespace SseFunctions.Tests.Support;

/// <summary>A Chromium without a window, shared by the tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    // Without these a browser without a network tries, at length, to reach its maker.
    internal static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowserContext? _context;

    /// <summary>Where Chromium is, or null.</summary>
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

    /// <summary>A page of its own, in place of the one of the test before; the test is skipped where there is no Chromium.
    /// </summary>
    public async Task<IPage> NewPage(BrowserNewContextOptions? options = null)
    {
        if (_browser is null) Assert.Skip("No Chromium: install it (Debian: apt-get install chromium), or run ./test.sh.");
        // Pages that nobody looks at any more would go on reconnecting and drawing, and slow the browser down.
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
