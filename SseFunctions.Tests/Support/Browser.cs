using Microsoft.Playwright;

namespace SseFunctions.Tests.Support;

/// <summary>The browser of a class of tests: each test gets a page in a new context.</summary>
public sealed class Browser(Chromium chromium) : IAsyncDisposable
{
    private IBrowserContext? _context;

    /// <summary>Opens a page in a new context, and closes the context of the test before. Unless the options say
    /// otherwise, the page sees that its user wants reduced motion: animations would keep the processor busy. The test
    /// is skipped where there is no Chromium.</summary>
    public async Task<IPage> NewPage(BrowserNewContextOptions? options = null)
    {
        // The pages of the test before would continue to reconnect and draw, and slow the browser down.
        if (_context is not null) await _context.CloseAsync();
        _context = null;
        options ??= new();
        options.ReducedMotion ??= ReducedMotion.Reduce;
        _context = await chromium.NewContext(options);
        _context.SetDefaultTimeout((float)Limits.Soon.TotalMilliseconds);
        return await _context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_context is not null) await _context.CloseAsync();
    }
}
